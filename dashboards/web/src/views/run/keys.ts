/** Where a key leads in the list of steps. */

import type { Step } from "./tree.ts";

export interface Walk {
  key: string;
  /** Fold it up or open it; absent: select it. */
  fold?: boolean;
}

/** null: the key means nothing here. */
export function walked(
  pressed: string,
  steps: Step[],
  at: number,
  folded: ReadonlySet<string>,
): Walk | null {
  const step = steps[at];
  const to = (place: number): Walk | null => {
    const next = steps[Math.max(0, Math.min(steps.length - 1, place))];
    return next === undefined ? null : { key: next.key };
  };
  switch (pressed) {
    case "ArrowDown":
      return to(at + 1);
    case "ArrowUp":
      return to(at < 0 ? steps.length - 1 : at - 1);
    case "PageDown":
      return to(at + 10);
    case "PageUp":
      return to(at - 10);
    case "Home":
      return to(0);
    case "End":
      return to(steps.length - 1);
    case "ArrowRight":
      if (step === undefined || step.children === 0) return null;
      return folded.has(step.key) ? { key: step.key, fold: false } : to(at + 1);
    case "ArrowLeft":
      if (step === undefined) return null;
      if (step.children > 0 && !folded.has(step.key)) return { key: step.key, fold: true };
      return step.parent === null ? null : { key: step.parent };
    default:
      return null;
  }
}
