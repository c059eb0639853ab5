/** Whether the window is as a media query says, kept in step with it. */

import { useEffect, useState } from "preact/hooks";

const printer = window.matchMedia("print");

export function useMatches(query: MediaQueryList): boolean {
  const [matches, setMatches] = useState(query.matches);
  useEffect(() => {
    const follow = () => setMatches(query.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [query]);
  return matches;
}

/** Whether the page is being printed: then nothing may be left to be asked for. */
export function usePrinting(): boolean {
  return useMatches(printer);
}
