/** Which rows of a long list are on the screen; all of them go to a printer. */

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

interface ShownRows {
  from: number;
  until: number;
}

const BEYOND = 12;
/** So many are shown at once: a browser can look for words in all of them. */
const FEW = 300;

/** All rows have one height, and scroll with the page. */
export function useShownRows(
  list: RefObject<HTMLElement | null>,
  rows: number,
  height: number,
): ShownRows {
  const [shown, setShown] = useState<ShownRows>({ from: 0, until: Math.min(rows, 60) });
  useEffect(() => {
    if (rows <= FEW) {
      setShown({ from: 0, until: rows });
      return undefined;
    }
    const measure = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const from = Math.max(0, Math.floor(-top / height) - BEYOND);
      const until = Math.min(rows, Math.ceil((window.innerHeight - top) / height) + BEYOND);
      setShown((known) =>
        known.from === from && known.until === until ? known : { from, until: Math.max(until, 0) },
      );
    };
    const all = () => setShown({ from: 0, until: rows });
    measure();
    window.addEventListener("scroll", measure, { passive: true });
    window.addEventListener("resize", measure);
    window.addEventListener("beforeprint", all);
    window.addEventListener("afterprint", measure);
    return () => {
      window.removeEventListener("scroll", measure);
      window.removeEventListener("resize", measure);
      window.removeEventListener("beforeprint", all);
      window.removeEventListener("afterprint", measure);
    };
  }, [list, rows, height]);
  return shown;
}
