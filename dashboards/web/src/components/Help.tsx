/** A question mark that says what something is. */

import { tip } from "./Tips.tsx";

export function Help({ of, says }: { of: string; says: string }) {
  return (
    <button type="button" class="help" aria-label={`${of}: ${says}`} {...tip(says)}>
      ?
    </button>
  );
}
