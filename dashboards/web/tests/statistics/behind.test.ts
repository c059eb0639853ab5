/** Every figure stands on as many runs as it says, and they can be listed. */

import { expect, test } from "vitest";
import { isRated } from "../../src/statistics/among.ts";
import { FiguresOfRuns } from "../../src/statistics/figures.ts";
import { CellFigures } from "../../src/statistics/grid.ts";
import { sides } from "../../src/statistics/sides.ts";
import { ERROR_RATE, SUCCESS, TOKENS, TOKENS_PER_SUCCESS, made } from "./made.ts";

const DOCUMENT = made([
  { task: "add", model: "large", tokens: 1 },
  { task: "add", model: "large", outcome: "infra", tokens: 5 },
  { task: "add", model: "small", outcome: "budget" },
  { task: "divide", model: "large", outcome: "wrong", tokens: 3 },
  { task: null, model: "large", tokens: 3 },
]);
const ALL = [0, 1, 2, 3, 4];

test.each([
  [SUCCESS, [0, 3], [2]],
  [ERROR_RATE, [0, 3], [2]],
  [TOKENS, [0, 3], []],
  [TOKENS_PER_SUCCESS, [0, 3], [2]],
])("$name", (score, large, small) => {
  const figures = new FiguresOfRuns(
    new CellFigures(DOCUMENT, ALL),
    sides(DOCUMENT, "model"),
    false,
  );
  expect(figures.behind(score, 0)).toEqual(large);
  expect(figures.behind(score, 1)).toEqual(small);
  expect(figures.behind(score, null)).toEqual([...large, ...small].toSorted());
  expect(figures.of(score).map(({ runs }) => runs)).toEqual([large.length, small.length]);
});

test("of shared tasks alone, where those alone are shown", () => {
  const cells = new CellFigures(DOCUMENT, ALL);
  const shared = new FiguresOfRuns(cells, sides(DOCUMENT, "model"), true);
  expect(shared.behind(SUCCESS, 0)).toEqual([0]);
});

test("runs without checks are rated where none has any", () => {
  const rated = (checked: number[], shown: number[]) =>
    shown.filter(isRated({ ...DOCUMENT, runs: { ...DOCUMENT.runs, checked } } as never, shown));
  expect(rated([1, 1, 0, 1, 1], [0, 1, 2, 3])).toEqual([0, 3]);
  expect(rated([0, 0, 0, 0, 0], [0, 1, 2, 3])).toEqual([0, 2, 3]);
});
