/** A part of what is told of a step, under its name. */

import type { ComponentChildren } from "preact";

export function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="step-part">
      <h4>{title}</h4>
      {children}
    </section>
  );
}
