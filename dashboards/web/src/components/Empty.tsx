/** Where there is nothing: why, and what to do. */

import type { ComponentChildren } from "preact";

interface Properties {
  title: string;
  children?: ComponentChildren;
}

export function Empty({ title, children }: Properties) {
  return (
    <div class="empty-state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
