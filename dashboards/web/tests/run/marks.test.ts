import { expect, test } from "vitest";
import type { Mark } from "../../src/views/run/marks.ts";
import { fitting, LITTLE_ROOM, markWords, ROOM } from "../../src/views/run/markWords.ts";

function mark(kind: Mark["kind"], name: string): Mark {
  return { kind, name, tone: "quiet", score: null };
}

const FAULT = mark("fault", "model.bad_arguments/schema");
const CHANGED = mark("response", "modified_retry");
const FIRED = mark("firing", "asked_before_it_refunded");

test("a mark is told in brief, and in full to those who ask", () => {
  expect(markWords(CHANGED)).toMatchObject({ title: "Changed arguments", brief: "Changed" });
  expect(markWords(FAULT)).toMatchObject({ title: "Bad arguments", brief: "Bad arguments" });
  expect(markWords(FIRED).brief).toBe("asked before it refunded");
});

test("as many marks are shown as there is room for, whole ones, and one at least", () => {
  expect(fitting([FAULT, CHANGED, FIRED], ROOM)).toEqual([FAULT, CHANGED]);
  expect(fitting([FAULT, CHANGED, FIRED], LITTLE_ROOM)).toEqual([FAULT]);
  expect(fitting([FIRED], LITTLE_ROOM)).toEqual([FIRED]);
  expect(fitting([], ROOM)).toEqual([]);
});
