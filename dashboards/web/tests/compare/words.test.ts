import { expect, test } from "vitest";
import type { Difference, ScoreComparison } from "../../src/data/types.ts";
import { noHint, summary } from "../../src/views/compare/words.ts";

function score(name: string, unit: string): ScoreComparison {
  return { name, unit } as ScoreComparison;
}

test("what is seen comes first, each with its figures, its difference and its interval", () => {
  const scores = [score("tokens", "tokens"), score("success", "0/1"), score("seconds", "seconds")];
  const differences: Record<string, Partial<Difference>> = {
    tokens: { verdict: "no difference seen", before: 200, value: 10, low: -20, high: 40 },
    success: { verdict: "better", before: 0.25, value: 0.5, low: 0.2, high: 0.8 },
    seconds: { verdict: "insufficient", before: null, value: null, low: null, high: null },
  };
  const found = summary(scores, ({ name }) => differences[name] as Difference);
  expect(found.map(({ verdict }) => verdict)).toEqual([
    "better",
    "no difference seen",
    "insufficient",
  ]);
  expect(found.flatMap(({ told }) => told)).toEqual([
    {
      title: "Success",
      figures: "25\u202f% → 75\u202f%",
      difference: "+50 points",
      interval: "+20 to +80",
    },
    { title: "Tokens", figures: "200 → 210", difference: "+5\u202f%", interval: "−10 to +20" },
    { title: "Time", figures: null, difference: null, interval: null },
  ]);
});

test("where no hint is shown nothing is said of what was not compared", () => {
  expect(noHint("seen", 3)).toBe("No other score differs by more than chance may.");
  expect(noHint("seen", 0)).toBe("No other score was compared.");
  expect(noHint("main", 3)).not.toContain("differs");
});
