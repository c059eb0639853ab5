/** The one tooltip of a page: shows what the element under the pointer or focus has to say. */

import { useEffect, useRef, useState } from "preact/hooks";

interface Tip {
  lines: string[];
  left: number;
  top: number;
  below: boolean;
}

/** What an element takes to have a tip; the same is to be told in its text to those who listen. */
export function tip(...lines: (string | null | undefined | false)[]): { "data-tip": string } {
  return { "data-tip": lines.filter(Boolean).join("\n") };
}

export function Tips() {
  const [shown, setShown] = useState<Tip | null>(null);
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let over: Element | null = null;
    const show = (event: Event) => {
      const target = (event.target as Element | null)?.closest?.("[data-tip]") ?? null;
      if (target === over) return;
      over = target;
      setShown(target && placed(target));
    };
    const hide = (event?: Event) => {
      if (event instanceof KeyboardEvent && event.key !== "Escape") return;
      over = null;
      setShown(null);
    };
    document.addEventListener("pointerover", show);
    document.addEventListener("focusin", show);
    document.addEventListener("keydown", hide);
    window.addEventListener("scroll", hide, true);
    return () => {
      document.removeEventListener("pointerover", show);
      document.removeEventListener("focusin", show);
      document.removeEventListener("keydown", hide);
      window.removeEventListener("scroll", hide, true);
    };
  }, []);
  if (shown === null) return null;
  return (
    <div
      ref={layer}
      class={`tip ${shown.below ? "below" : "above"}`}
      style={{ left: `${shown.left}px`, top: `${shown.top}px` }}
      role="tooltip"
    >
      {shown.lines.map((line, place) => (
        <span key={place}>{line}</span>
      ))}
    </div>
  );
}

const WIDTH = 280;

function placed(element: Element): Tip {
  const box = element.getBoundingClientRect();
  const below = box.top < 140;
  const room = document.documentElement.clientWidth;
  const middle = box.left + box.width / 2;
  const left = Math.max(WIDTH / 2 + 8, Math.min(room - WIDTH / 2 - 8, middle));
  const lines = (element.getAttribute("data-tip") ?? "").split("\n");
  return { lines, left, top: below ? box.bottom + 8 : box.top - 8, below };
}
