/** A value on a scale, with the interval it is known to. */

import type { Estimate } from "../data/types.ts";

interface Properties {
  estimate: Estimate | null;
  /** The ends of the scale. */
  from?: number;
  to: number;
  colour?: string;
  /** A class of its own. */
  kind?: string;
}

/**
 * Drawn beside the number that says the same: hidden from those who listen. One element each, for
 * a view may hold hundreds of them.
 */
export function IntervalBar({
  estimate,
  from = 0,
  to,
  colour = "var(--accent)",
  kind = "",
}: Properties) {
  if (estimate === null) return <span class="scale empty" aria-hidden="true" />;
  const at = (value: number) => {
    const share = (value - from) / (to - from || 1);
    return `${(100 * Math.max(0, Math.min(1, share))).toFixed(2)}%`;
  };
  const { value, low, high } = estimate;
  const known = low !== null || high !== null;
  const ends = known ? `--low:${at(low ?? from)};--high:${at(high ?? to)};` : "";
  return (
    <span
      class={`scale ${known ? "" : "bare"} ${kind}`}
      aria-hidden="true"
      style={`--colour:${colour};--at:${at(value)};${ends}`}
    />
  );
}
