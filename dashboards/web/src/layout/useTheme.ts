/** Light or dark: as the system says, until somebody chooses. */

import { useLayoutEffect, useState } from "preact/hooks";
import { useMatches, usePrinting } from "./useMatches.ts";

type Theme = "light" | "dark";

const KEY = "midspan-theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

export function useTheme(): [Theme, () => void] {
  const [own, setOwn] = useState<Theme | null>(remembered);
  const dark = useMatches(system);
  const printed = usePrinting();
  const theme: Theme = own ?? (dark ? "dark" : "light");
  // Before it is painted, or printed.
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = printed ? "light" : theme;
  }, [theme, printed]);
  const turn = () => {
    const next = theme === "dark" ? "light" : "dark";
    remember(next);
    setOwn(next);
  };
  return [theme, turn];
}

// A page opened from a disk may have no storage: then the choice ends with it.
function remembered(): Theme | null {
  try {
    const known = localStorage.getItem(KEY);
    return known === "light" || known === "dark" ? known : null;
  } catch {
    return null;
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Not kept.
  }
}
