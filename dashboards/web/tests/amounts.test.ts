/** Numbers as they are shown. */

import { expect, test } from "vitest";
import { amount, duration, number, percent, short } from "../src/words/amounts.ts";

const plain = (text: string) => text.replaceAll("\u202f", " ");

test("numbers have as many digits as say something", () => {
  expect([0.123456, 12, 48210.4, 1.234, 0].map(number)).toEqual([
    "0.123",
    "12",
    "48,210",
    "1.23",
    "0",
  ]);
  expect([999, 1234, 48210, 999_999, 1.26e6].map(short)).toEqual([
    "999",
    "1.2k",
    "48k",
    "1M",
    "1.3M",
  ]);
});

test("only all is 100 %, only none is 0 %", () => {
  expect([0, 0.001, 0.5, 0.998, 1].map((each) => plain(percent(each)))).toEqual([
    "0 %",
    "< 1 %",
    "50 %",
    "> 99 %",
    "100 %",
  ]);
});

test("halves are rounded as Python does", () => {
  expect([0.125, 0.135, 0.375].map((each) => plain(percent(each)))).toEqual([
    "12 %",
    "14 %",
    "38 %",
  ]);
  expect([2228.5, 2229.5].map(number)).toEqual(["2,228", "2,230"]);
});

test("times are told as people say them", () => {
  expect([0, 0.0002, 0.004, 0.18, 12.34, 200, 119.97].map((each) => plain(duration(each)))).toEqual(
    ["0 s", "200 µs", "4 ms", "0.18 s", "12.3 s", "3 min 20 s", "2 min"],
  );
});

test("money has as many cents as it takes", () => {
  expect([0.0033, 1.5, 0].map((each) => amount(each, "USD"))).toEqual([
    "$0.0033",
    "$1.50",
    "$0.00",
  ]);
});
