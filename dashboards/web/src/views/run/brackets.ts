/** Where each episode is drawn beside the steps: its lane, and the rows of its attempts. */

import type { Attempt, Episode } from "./episodes.ts";
import { lanes } from "./lanes.ts";
import type { Step } from "./tree.ts";

export interface Bracket {
  episode: Episode;
  lane: number;
  /** The rows of its attempts that are shown, from above. */
  points: { row: number; attempt: Attempt; last: boolean }[];
}

export interface Brackets {
  lanes: number;
  brackets: Bracket[];
}

const MOST_LANES = 4;

/** Brackets of the episodes whose steps are shown; what needs more lanes than there are is left. */
export function brackets(episodes: Episode[], shown: Step[]): Brackets {
  const rowOf = new Map(shown.map((step, row) => [step.key, row]));
  const drawn = episodes
    .map((episode) => ({ episode, points: points(episode, rowOf) }))
    .filter(({ points: some }) => some.length > 0);
  const stretches = drawn.map(({ points: some }) => ({
    from: Math.min(...some.map(({ row }) => row)),
    until: Math.max(...some.map(({ row }) => row)),
  }));
  const order = stretches.map((_, place) => place);
  order.sort((a, b) => (stretches[a]?.from ?? 0) - (stretches[b]?.from ?? 0));
  const given = lanes(order.flatMap((place) => stretches[place] ?? []));
  const laneOf = new Map(order.map((place, at) => [place, given[at] ?? 0]));
  const placed = drawn
    .map((each, place) => ({ ...each, lane: laneOf.get(place) ?? 0 }))
    .filter(({ lane }) => lane < MOST_LANES);
  return {
    brackets: placed,
    lanes: placed.reduce((most, { lane }) => Math.max(most, lane + 1), 0),
  };
}

function points({ attempts }: Episode, rowOf: Map<string, number>): Bracket["points"] {
  const found: Bracket["points"] = [];
  attempts.forEach((attempt, at) => {
    const row = rowOf.get(attempt.step);
    if (row !== undefined) found.push({ row, attempt, last: at === attempts.length - 1 });
  });
  return found;
}
