import { expect, test } from "vitest";
import type { Document } from "../../src/data/types.ts";
import { walked } from "../../src/views/run/keys.ts";
import { filled, spanLinks } from "../../src/views/run/links.ts";
import { neighbours } from "../../src/views/run/neighbours.ts";
import { steps } from "../../src/views/run/tree.ts";
import { made } from "./made.ts";

const SHOWN = steps(made({ spans: [{ kind: "agent" }, { parent: 0 }, { parent: 0 }] }));
const NONE = new Set<string>();

test("arrows walk through the steps, and stop at the ends", () => {
  expect(walked("ArrowDown", SHOWN, 0, NONE)).toEqual({ key: "1" });
  expect(walked("ArrowDown", SHOWN, 2, NONE)).toEqual({ key: "2" });
  expect(walked("ArrowUp", SHOWN, 0, NONE)).toEqual({ key: "0" });
  expect(walked("End", SHOWN, 0, NONE)).toEqual({ key: "2" });
  expect(walked("a", SHOWN, 0, NONE)).toBeNull();
});

test("left folds up, then goes to what is above; right opens, then goes in", () => {
  expect(walked("ArrowLeft", SHOWN, 0, NONE)).toEqual({ key: "0", fold: true });
  expect(walked("ArrowLeft", SHOWN, 2, NONE)).toEqual({ key: "0" });
  expect(walked("ArrowRight", SHOWN, 0, new Set(["0"]))).toEqual({ key: "0", fold: false });
  expect(walked("ArrowRight", SHOWN, 0, NONE)).toEqual({ key: "1" });
});

test("beside a run stand those that the filters let through", () => {
  expect(neighbours([2, 5, 9], 5)).toEqual({ before: 2, after: 9, position: 2, of: 3 });
  expect(neighbours([2, 5, 9], 6)).toEqual({ before: 5, after: 9, position: null, of: 3 });
  expect(neighbours([], 0)).toEqual({ before: null, after: null, position: null, of: 0 });
});

test("a link is made where its page is known, and is a page of the web alone", () => {
  const ids = { trace: "a/b", span: null };
  expect(filled("http://127.0.0.1:6006/traces/{trace}", ids)).toBe(
    "http://127.0.0.1:6006/traces/a%2Fb",
  );
  expect(filled("http://127.0.0.1:6006/spans/{span}", ids)).toBeNull();
  expect(filled("javascript:alert(1)//{trace}", ids)).toBeNull();
  expect(filled(null, ids)).toBeNull();
});

test("only runs that were published have links", () => {
  const document = {
    servers: [{ name: "phoenix", span: "http://here/{span}", trace: null, runs: [3] }],
  } as Pick<Document, "servers"> as Document;
  expect(spanLinks(document, 3, "s", "t")).toEqual([
    { title: "Phoenix", address: "http://here/s" },
  ]);
  expect(spanLinks(document, 4, "s", "t")).toEqual([]);
});
