/** Which lane each of some stretches runs in, so that none lies over another. */

interface Stretch {
  from: number;
  until: number;
}

/** By stretch its lane, as few lanes as there need be, in the order given. */
export function lanes(stretches: Stretch[]): number[] {
  const ends: number[] = [];
  return stretches.map(({ from, until }) => {
    const free = ends.findIndex((end) => end < from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = until;
    return lane;
  });
}
