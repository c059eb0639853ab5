import { expect, test } from "vitest";
import { bar, ticks, timeline } from "../../src/views/run/timeline.ts";
import { made } from "./made.ts";

test("bars lie where their spans ran, in shares of the whole", () => {
  const { spans } = made({
    spans: [
      { start_ms: 0, duration_ms: 200 },
      { start_ms: 50, duration_ms: 100 },
      { start_ms: 150, duration_ms: null },
    ],
  });
  const time = timeline(spans);
  expect(time.length).toBe(200);
  expect(spans.map((span) => bar(span, time))).toEqual([
    { left: 0, width: 1, open: false },
    { left: 0.25, width: 0.5, open: false },
    { left: 0.75, width: 0.25, open: true },
  ]);
});

test("ticks are round, begin at 0 and end before the end", () => {
  expect(ticks(103, 4)).toEqual([0, 50, 100]);
  expect(ticks(4000, 4)).toEqual([0, 1000, 2000, 3000, 4000]);
});

test("spans that took no time at all still have a length to lie on", () => {
  const { spans } = made({ spans: [{ start_ms: 0, duration_ms: 0 }] });
  const time = timeline(spans);
  expect(time.length).toBeGreaterThan(0);
  expect(bar(spans[0]!, time)).toEqual({ left: 0, width: 0, open: false });
});
