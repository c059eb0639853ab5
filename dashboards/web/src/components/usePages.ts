/** How much of a long list is shown: a page at first, more with each asking, all on paper. */

import { useState } from "preact/hooks";
import { usePrinting } from "../layout/useMatches.ts";

export function usePages<Item>(items: Item[], page: number): { shown: Item[]; more: () => void } {
  const [pages, setPages] = useState(1);
  const printing = usePrinting();
  return {
    shown: printing ? items : items.slice(0, page * pages),
    more: () => setPages(pages + 1),
  };
}
