/** A part of a view, under its heading. */

import type { ComponentChildren } from "preact";
import { Help } from "./Help.tsx";

interface Properties {
  title: string;
  /** A sentence under the heading. */
  says?: ComponentChildren;
  help?: string;
  /** Controls that stand opposite the heading. */
  tools?: ComponentChildren;
  children: ComponentChildren;
}

export function Section({ title, says, help, tools, children }: Properties) {
  return (
    <section class="section">
      <header>
        <div>
          <h2>
            {title}
            {help && <Help of={title} says={help} />}
          </h2>
          {says && <p class="says">{says}</p>}
        </div>
        {tools && <div class="tools">{tools}</div>}
      </header>
      {children}
    </section>
  );
}
