/** Colours are told apart by everybody, and what is written can be read. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

type Triple = [number, number, number];

const sheet = readFileSync(new URL("../src/style/tokens.css", import.meta.url), "utf8");
const [light = "", dark = ""] = sheet.split(':root[data-theme="dark"]');

/** How colours look to people who lack a kind of cone (Machado 2009, wholly). */
const SEEN: Record<string, Triple[]> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "no green": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "no red": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "no blue": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe.each([
  ["light", light],
  ["dark", dark],
])("%s", (_, block) => {
  const colours = new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = "", value = ""]) => [
      name,
      linear(value),
    ]),
  );
  const of = (name: string): Triple => colours.get(name) ?? [0, 0, 0];

  test.each(Object.keys(SEEN))("outcomes and sides lie apart to: %s", (kind) => {
    for (const family of ["outcome-", "side-"]) {
      const names = [...colours.keys()].filter((name) => name.startsWith(family));
      expect(names.length).toBeGreaterThan(7);
      for (const [place, first] of names.entries()) {
        for (const second of names.slice(place + 1)) {
          const apart = distance(seen(of(first), kind), seen(of(second), kind));
          expect(apart, `${first} and ${second}`).toBeGreaterThan(8);
        }
      }
    }
  });

  test("words can be read on all they stand on", () => {
    for (const ink of ["ink", "ink-2", "ink-3", "accent", "good", "bad"]) {
      for (const ground of ["paper", "card", "fill", "accent-soft"]) {
        expect(contrast(of(ink), of(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test.each(Object.keys(SEEN))("what is done and what is missing lie apart to: %s", (kind) => {
    for (const missing of ["cover-missing", "cover-stripe"]) {
      const apart = distance(seen(of("cover-done"), kind), seen(of(missing), kind));
      expect(apart, missing).toBeGreaterThan(8);
    }
    expect(contrast(of("ink"), of("cover-done"))).toBeGreaterThanOrEqual(4.5);
  });

  test("lines stand out from their card", () => {
    for (const side of [1, 2, 3, 4, 5, 6, 7, 8]) {
      expect(contrast(of(`side-${side}`), of("card"))).toBeGreaterThanOrEqual(3);
    }
  });
});

function linear(hex: string): Triple {
  const channel = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function seen(colour: Triple, kind: string): Triple {
  const rows = SEEN[kind] ?? [];
  return rows.map((row) => Math.min(1, Math.max(0, dot(row, colour)))) as Triple;
}

/** In Oklab, times a hundred. */
function distance(a: Triple, b: Triple): number {
  const [first, second] = [oklab(a), oklab(b)];
  return 100 * Math.hypot(...first.map((value, place) => value - (second[place] ?? 0)));
}

function oklab(colour: Triple): Triple {
  const cones = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ].map((row) => Math.cbrt(dot(row as Triple, colour))) as Triple;
  return [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ].map((row) => dot(row as Triple, cones)) as Triple;
}

function contrast(a: Triple, b: Triple): number {
  const [dim, bright] = [a, b]
    .map((each) => dot([0.2126, 0.7152, 0.0722], each))
    .sort((x, y) => x - y);
  return ((bright ?? 0) + 0.05) / ((dim ?? 0) + 0.05);
}

function dot(row: Triple, colour: Triple): number {
  return row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2];
}
