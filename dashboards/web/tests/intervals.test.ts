/** The values are those of `midspan.scorers.statistics.intervals`, whose digits they hold. */

import { expect, test } from "vitest";
import { meanOverTasks, median, shareOverTasks } from "../src/statistics/intervals.ts";
import { passAt, passHat } from "../src/statistics/reliability.ts";
import { quantile } from "../src/statistics/student.ts";

test("quantiles of Student's t are scipy's", () => {
  expect(quantile(0.975, 1)).toBeCloseTo(12.706204736174694, 9);
  expect(quantile(0.975, 2)).toBeCloseTo(4.302652729749462, 11);
  expect(quantile(0.975, 11)).toBeCloseTo(2.200985160091638, 11);
  expect(quantile(0.975, 119)).toBeCloseTo(1.9800998764569, 11);
});

test("a mean has a t interval over tasks", () => {
  const { value, low, high, tasks } = meanOverTasks([1, 2, 3]);
  expect([value, tasks]).toEqual([2, 3]);
  expect(low).toBeCloseTo(-0.484137711, 8);
  expect(high).toBeCloseTo(4.484137711, 8);
});

test("one task has no interval", () => {
  expect(meanOverTasks([0.5])).toEqual({
    value: 0.5,
    low: null,
    high: null,
    tasks: 1,
    standard_error: null,
  });
});

test("a share that all tasks have in full is not sure for that", () => {
  const { value, low, high } = shareOverTasks(Array(8).fill(1), Array(8).fill(5));
  expect([value, high]).toEqual([1, 1]);
  expect(low).toBeCloseTo(0.58860543, 8);
});

test("a share has Wilson's interval on the effective n", () => {
  const { value, low, high } = shareOverTasks([1, 0.5, 0, 1, 0.75, 0.25], Array(6).fill(4));
  expect(value).toBeCloseTo(0.583333333, 8);
  expect(low).toBeCloseTo(0.22211275555030624, 8);
  expect(high).toBeCloseTo(0.8728438589894356, 8);
});

test("pass@k and pass^k are without bias", () => {
  expect([passAt(4, 1, 3), passAt(4, 4, 3), passAt(2, 2, 3)]).toEqual([0.75, 1, null]);
  expect(passHat(4, 2, 2)).toBeCloseTo(1 / 6, 12);
});

test("the median of an even count lies between", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5]);
});
