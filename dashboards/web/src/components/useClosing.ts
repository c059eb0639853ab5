/** Closes an open menu by a click elsewhere, or by Escape. */

import { useEffect } from "preact/hooks";

export function useClosing(menu: { current: HTMLDetailsElement | null }, open: boolean): void {
  useEffect(() => {
    if (!open) return undefined;
    const close = (event: Event) => {
      const element = menu.current;
      if (!element) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== "Escape") return;
        element.querySelector("summary")?.focus();
      } else if (element.contains(event.target as Node)) return;
      element.open = false;
    };
    document.addEventListener("pointerdown", close);
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("keydown", close);
    };
  }, [menu, open]);
}
