import { expect, test } from "vitest";
import { sought, type Sought } from "../../src/text/sought.ts";
import {
  among,
  asked,
  conditionsOf,
  conditionWords,
  withCondition,
  written,
} from "../../src/views/runs/conditions.ts";
import { around, cutAnswers, holding } from "../../src/views/runs/found.ts";
import { ERROR_RATE, made, SUCCESS, TOKENS } from "../statistics/made.ts";

const DOCUMENT = made([
  { task: "add", outcome: "success", tokens: 100 },
  { task: "add", outcome: "wrong", tokens: 0 },
  { task: "divide", outcome: "budget" },
  { task: "divide", outcome: "infra", tokens: 900 },
]);
const ALL = [0, 1, 2, 3];
const DECLARED = (name: string) => DOCUMENT.scores.find((score) => score.name === name);

test("an address says conditions, and they say it again", () => {
  const text = "tokens>=1000 and rule.a-b<=0.5 AND x <= -1e-3";
  const found = conditionsOf(text);
  expect(found).toEqual([
    { score: "tokens", way: ">=", than: 1000 },
    { score: "rule.a-b", way: "<=", than: 0.5 },
    { score: "x", way: "<=", than: -0.001 },
  ]);
  expect(conditionsOf(written(found))).toEqual(found);
});

test("what is no condition is passed over", () => {
  expect(conditionsOf("tokens>=much")).toEqual([]);
  expect(conditionsOf("nothing and tokens>=x")).toEqual([]);
  expect(written(conditionsOf("tokens>=1 and turns<=x"))).toBe("tokens>=1");
  expect(written(conditionsOf("nothing and tokens>=1 and t<=2"))).toBe("tokens>=1 and t<=2");
  expect(written(conditionsOf("tokens>=1e400 and turns<=2"))).toBe("turns<=2");
  expect(conditionsOf("tokens>=1>=2")).toEqual([]);
  expect(conditionsOf(undefined)).toEqual([]);
});

test("what has no value is not among them, and is counted", () => {
  const least = among(DOCUMENT, ALL, conditionsOf("tokens>=0"), DECLARED);
  expect(least).toEqual({ runs: [0, 1, 3], none: [1] });
  const most = among(DOCUMENT, ALL, conditionsOf("tokens<=100"), DECLARED);
  expect(most).toEqual({ runs: [0, 1], none: [1] });
});

test("of several conditions all hold; none are counted among those that hold all else", () => {
  const found = among(DOCUMENT, ALL, conditionsOf("tokens>=0 and success<=0"), DECLARED);
  // Out of budget is no success, and has no tokens; lost is neither success nor failure.
  expect(found).toEqual({ runs: [1], none: [1, 1] });
});

test("two limits of one score leave out the same runs, which both count", () => {
  const found = among(DOCUMENT, ALL, conditionsOf("tokens>=1 and tokens<=800"), DECLARED);
  expect(found).toEqual({ runs: [0], none: [1, 1] });
});

test("a score that there is not has no run a value of", () => {
  expect(among(DOCUMENT, ALL, conditionsOf("__proto__>=0"), DECLARED)).toEqual({
    runs: [],
    none: [4],
  });
});

test("scores of single runs are offered, those of several together are not", () => {
  expect(asked(DOCUMENT).map(({ name }) => name)).toEqual(["success", "tokens", "error_rate"]);
});

test("a condition is told in words, with those that have none", () => {
  const [tokens] = conditionsOf("tokens>=1500");
  const [share] = conditionsOf("error_rate<=0.125");
  const [flag] = conditionsOf("success<=0");
  expect(tokens && conditionWords(tokens, TOKENS, 2)).toBe("Tokens ≥ 1,500; 2 have none");
  expect(share && conditionWords(share, ERROR_RATE, 0)).toBe("Error rate ≤ 12.5\u202f%");
  expect(flag && conditionWords(flag, SUCCESS, 1)).toBe("Success: no; 1 has none");
});

test("a second limit of one way takes the place of the first", () => {
  const first = conditionsOf("tokens>=10 and success>=1");
  const names = (added: string, score: typeof TOKENS) =>
    conditionsOf(added).map((each) => written(withCondition(first, each, score)))[0];
  expect(names("tokens>=1", TOKENS)).toBe("success>=1 and tokens>=1");
  expect(names("tokens<=20", TOKENS)).toBe("tokens>=10 and success>=1 and tokens<=20");
  expect(names("success<=0", SUCCESS)).toBe("tokens>=10 and success<=0");
});

test("runs are found by their id, their task, why they failed and what they answered", () => {
  const answer = ["It is 4.", null, { cut: "a long", length: 9000, key: "runs.answer.2" }, null];
  const reason = [null, "its check does not hold", null, null];
  const runs = { ...DOCUMENT.runs, answer, reason };
  const document = { ...DOCUMENT, runs } as typeof DOCUMENT;
  const found = (words: string) => holding(document, ALL, sought(words) as Sought);
  expect(found("is 4")).toEqual([0]);
  expect(found("CHECK")).toEqual([1]);
  expect(found("divide")).toEqual([2, 3]);
  expect(found("run-3")).toEqual([3]);
  expect(found("long")).toEqual([2]);
  expect(cutAnswers(document, ALL)).toBe(1);
});

test("of a long text what stands around the words is shown", () => {
  const text = `${"before ".repeat(40)}here ${"after ".repeat(40)}`;
  const shown = around(text, sought("here"), 60);
  expect(shown).toContain("before here after");
  expect([shown.length < 70, shown[0], shown.at(-1)]).toEqual([true, "…", "…"]);
  expect(around("short here", sought("here"), 60)).toBe("short here");
  expect(around(text, null, 20)).toHaveLength(20);
});
