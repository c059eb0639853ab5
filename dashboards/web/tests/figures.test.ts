import { expect, test } from "vitest";
import type { Estimate, Figure, ScoreDeclaration } from "../src/data/types.ts";
import { explained, interval } from "../src/words/figures.ts";

const COST: Estimate = { value: 0.0047, low: -0.014, high: 0.024, tasks: 2, standard_error: 0.001 };

test("an interval of an amount ends at 0, and says so", () => {
  expect(interval(COST, "USD")).toBe("$0.00 to $0.024");
  const figure = { estimate: COST, runs: 4, tasks: 2, unevaluated: 0 } as Figure;
  const score = { says: "What a run costs.", unit: "USD", kind: "mean" } as ScoreDeclaration;
  expect(explained(figure, score).at(-1)).toBe(
    "95 % interval: $0.00 to $0.024, cut at 0: it cannot be less.",
  );
});

test("where values may be below 0, or the interval is above it, nothing is cut", () => {
  expect(interval({ ...COST, low: -1, high: 2 }, "ratio")).toBe("-1 to 2");
  expect(interval({ ...COST, low: 0.001 }, "USD")).toBe("$0.0010 to $0.024");
});
