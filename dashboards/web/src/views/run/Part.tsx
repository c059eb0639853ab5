/** A part of what is told of a step, under its name. */

import type { ComponentChildren } from "preact";

interface Properties {
  title: ComponentChildren;
  children: ComponentChildren;
}

export function Part({ title, children }: Properties) {
  return (
    <section class="step-part">
      <h4>{title}</h4>
      {children}
    </section>
  );
}
