/** The state that the address says, kept in step with it. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { changed, format, parse } from "./hash.ts";
import type { State } from "./state.ts";

/** `replace` leaves no way back to what was before: for steps of one movement. */
export type Go = (change: Partial<State>, options?: { replace?: boolean }) => void;

export function useLocation(): [State, Go] {
  const [state, setState] = useState(() => parse(location.hash));
  useEffect(() => {
    const follow = () => setState(parse(location.hash));
    window.addEventListener("hashchange", follow);
    window.addEventListener("popstate", follow);
    return () => {
      window.removeEventListener("hashchange", follow);
      window.removeEventListener("popstate", follow);
    };
  }, []);
  const go = useCallback<Go>((change, options) => {
    const next = changed(parse(location.hash), change);
    const address = format(next);
    if (options?.replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    setState(next);
  }, []);
  return [state, go];
}
