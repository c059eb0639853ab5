import { expect, test } from "vitest";
import { brackets } from "../../src/views/run/brackets.ts";
import { episodes } from "../../src/views/run/episodes.ts";
import { lanes } from "../../src/views/run/lanes.ts";
import { requestsAgain } from "../../src/views/run/requests.ts";
import { steps } from "../../src/views/run/tree.ts";
import { made } from "./made.ts";

const FAILED_TWICE = {
  spans: [{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }],
  scores: [
    { name: "episode", span: 0, value: 1, label: "recovered:same_tool", evidence: [0, 3] },
    { name: "response", span: 1, value: 0, label: "identical_retry", evidence: [0, 1] },
    { name: "response", span: 3, value: 1, label: "modified_retry", evidence: [1, 3] },
  ],
};

test("an episode is followed from what failed to what made up for it", () => {
  const [found] = episodes(steps(made(FAILED_TWICE)));
  expect(found?.recovered).toBe(true);
  expect(found?.attempts).toEqual([
    { step: "0", response: null, adaptive: null },
    { step: "1", response: "identical_retry", adaptive: false },
    { step: "3", response: "modified_retry", adaptive: true },
  ]);
});

test("where nothing answers a failure, the episode is that failure alone", () => {
  const run = made({
    spans: [{ id: "a" }],
    scores: [{ name: "episode", span: 0, value: 0, label: "abandoned", evidence: [0] }],
  });
  const [found] = episodes(steps(run));
  expect(found).toMatchObject({ label: "abandoned", recovered: false });
  expect(found?.attempts.map(({ step }) => step)).toEqual(["0"]);
});

test("answers that lead round in a circle end", () => {
  const run = made({
    spans: [{ id: "a" }, { id: "b" }],
    scores: [
      { name: "episode", span: 0, value: 0, label: "exhausted", evidence: [0] },
      { name: "response", span: 1, value: 0, label: "identical_retry", evidence: [0, 1] },
      { name: "response", span: 0, value: 0, label: "identical_retry", evidence: [1, 0] },
    ],
  });
  expect(episodes(steps(run))[0]?.attempts.map(({ step }) => step)).toEqual(["0", "1", "0"]);
});

test("stretches that touch run in lanes of their own", () => {
  const found = lanes([
    { from: 0, until: 4 },
    { from: 2, until: 3 },
    { from: 4, until: 6 },
    { from: 5, until: 8 },
  ]);
  expect(found).toEqual([0, 1, 1, 0]);
});

test("a bracket spans the rows of its attempts that are shown", () => {
  const shown = steps(made(FAILED_TWICE));
  const { brackets: found, lanes: count } = brackets(episodes(shown), shown.slice(0, 3));
  expect(count).toBe(1);
  expect(found.map(({ lane, points }) => [lane, points.map(({ row }) => row)])).toEqual([
    [0, [0, 1]],
  ]);
});

test("a request that was sent again is an episode, which ends as the last one did", () => {
  const spans = [
    { kind: "llm", status: "error" },
    { kind: "llm", status: "error", retry_of: 0 },
    { kind: "llm", status: "ok", retry_of: 1 },
    { kind: "llm", status: "ok" },
  ] as const;
  const [found, ...others] = requestsAgain(steps(made({ spans: [...spans] })));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ label: "sent_again", recovered: true });
  expect(found?.attempts.map(({ step }) => step)).toEqual(["0", "1", "2"]);
  expect(requestsAgain(steps(made({ spans: spans.slice(0, 2) })))[0]?.recovered).toBe(false);
});
