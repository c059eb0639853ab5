import { expect, test } from "vitest";
import type { CompareJson } from "../../src/data/types.ts";
import { decisive, primaryFirst } from "../../src/views/compare/pair.ts";
import { made } from "../statistics/made.ts";

test("scores to decide by are told in the order of the document, wherever they are told", () => {
  const document = made([{ task: "add", outcome: "success", tokens: 1 }]);
  const names = document.scores.map(({ name }) => name);
  const scores = names.toReversed().map((name) => ({ name, primary: name !== names[1] }));
  const comparison = { scores } as unknown as CompareJson;
  const told = decisive(comparison, document).map(({ name }) => name);
  expect(told).toEqual(names.filter((name) => name !== names[1]));
  expect(primaryFirst(comparison, document).map(({ name }) => name)).toEqual([...told, names[1]]);
});
