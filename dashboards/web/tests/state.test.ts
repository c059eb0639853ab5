/** Addresses say the state, and the state says them again. */

import { expect, test } from "vitest";
import { changed, format, parse } from "../src/state/hash.ts";
import { orderOf, orderText } from "../src/state/order.ts";
import { kept } from "../src/state/search.ts";
import { START } from "../src/state/state.ts";

test("an address is read and written alike", () => {
  const hash = "#/overview?by=model&shared=1&model=a%2Fb&model=c&tag=x+y&measure=tokens";
  const state = parse(hash);
  expect(state).toEqual({
    view: "overview",
    run: null,
    by: "model",
    shared: true,
    filters: { model: ["a/b", "c"], tag: ["x y"] },
    own: { measure: "tokens" },
  });
  expect(format(state)).toBe(hash);
});

test("a run keeps its id, whatever is in it", () => {
  const state = { ...START, view: "run" as const, run: "a/b?c#d%", own: { step: "3" } };
  expect(parse(format(state))).toEqual(state);
});

test("what an address says wrongly is passed over", () => {
  expect(parse("#/nowhere?by=x")).toEqual(START);
  expect(parse("#/compare?by=colour").by).toBeNull();
  expect(parse("#/run/%E0%A4%A").run).toBe("%E0%A4%A");
});

test("another view keeps the filters, and not what the first kept for itself", () => {
  const state = parse("#/overview?model=a&measure=tokens");
  expect(format(changed(state, { view: "results" }))).toBe("#/results?model=a");
});

test("what is looked for goes along to another run, and which step was open does not", () => {
  expect(kept({ find: "a", show: "conversation", step: "3" })).toEqual({
    find: "a",
    show: "conversation",
  });
  expect(kept({ score: "tokens" })).toEqual({});
});

test("an address says the order of a table", () => {
  expect(orderOf("-value tokens")).toEqual({ key: "value tokens", down: true });
  expect(orderOf("task")).toEqual({ key: "task", down: false });
  expect(orderOf(undefined)).toBeNull();
  expect(orderText({ key: "tokens", down: true })).toBe("-tokens");
});
