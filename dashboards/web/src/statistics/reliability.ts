/** pass@k (any of k trials) and pass^k (all of k), without bias. */

/** The chance that all of k trials succeed; null below k trials. */
export function passHat(trials: number, successes: number, k: number): number | null {
  if (trials < k) return null;
  let chance = 1;
  for (let drawn = 0; drawn < k; drawn += 1) {
    chance *= Math.max(0, successes - drawn) / (trials - drawn);
  }
  return chance;
}

/** The chance that at least one of k trials succeeds; null below k trials. */
export function passAt(trials: number, successes: number, k: number): number | null {
  const none = passHat(trials, trials - successes, k);
  return none === null ? null : 1 - none;
}
