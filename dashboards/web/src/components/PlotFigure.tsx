/** A drawing by Observable Plot, as wide as there is room. */

import * as Plot from "@observablehq/plot";
import { useEffect, useRef, useState } from "preact/hooks";

interface Properties {
  /** Says what is to be seen, to those who do not see it. */
  label: string;
  draw: (width: number) => Plot.PlotOptions;
  height?: number;
  /** Of a plot with a pointer: what was pointed at, when it was clicked. */
  onPoint?: (datum: unknown) => void;
}

export function PlotFigure({ label, draw, height = 240, onPoint }: Properties) {
  const room = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = room.current;
    if (!element) return undefined;
    const watched = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    watched.observe(element);
    return () => watched.disconnect();
  }, []);
  const chosen = useRef(onPoint);
  chosen.current = onPoint;
  useEffect(() => {
    const element = room.current;
    if (!element || width < 40) return undefined;
    const drawn = Plot.plot({
      width,
      height,
      style: { background: "none", fontSize: "12px", fontFamily: "inherit", overflow: "visible" },
      ...draw(width),
    });
    drawn.setAttribute("aria-hidden", "true");
    drawn.addEventListener("click", () => {
      const { value } = drawn as { value?: unknown };
      if (value !== undefined && value !== null) chosen.current?.(value);
    });
    element.replaceChildren(drawn);
    return () => drawn.remove();
  }, [width, draw, height]);
  return (
    <div class="plot" role="img" aria-label={label} style={{ minHeight: `${height}px` }}>
      <div ref={room} />
    </div>
  );
}
