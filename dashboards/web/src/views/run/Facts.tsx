/** Small facts beside each other: what, and how much. */

import type { ComponentChildren } from "preact";
import { tip } from "../../components/Tips.tsx";

export interface Fact {
  name: string;
  value: ComponentChildren;
  says?: string;
}

export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value, says }) => (
        <div key={name} {...(says ? tip(says) : {})}>
          <dt>{name}</dt>
          <dd>
            {value}
            {says && <span class="hidden">, {says}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
