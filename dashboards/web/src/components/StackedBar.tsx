/** Shares of a whole, beside each other; each says what it is. */

import { counted, grouped, percent } from "../words/amounts.ts";
import { tip } from "./Tips.tsx";

export interface Part {
  name: string;
  count: number;
  colour: string;
  /** Of what is written on it. */
  ink?: string;
  says?: string;
  /** Where its runs are. */
  href?: string;
}

interface Properties {
  parts: Part[];
  what?: string;
  /** Written where there is room for it. */
  labels?: boolean;
}

export function StackedBar({ parts, what = "run", labels = false }: Properties) {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const there = parts.filter(({ count }) => count > 0);
  const told = there.map(({ name, count }) => `${name} ${count}`).join(", ");
  if (total === 0) return <span class="stack empty" />;
  // An image may hold no links: where there are some, each says by itself what it is.
  const links = there.some(({ href }) => href !== undefined);
  const image = { role: "img" as const, "aria-label": `${told}, of ${counted(total, what)}` };
  return (
    <span class="stack" {...(!links && image)}>
      {there.map((part) => (
        <Field key={part.name} part={part} total={total} what={what} labelled={labels} />
      ))}
    </span>
  );
}

interface FieldProperties {
  part: Part;
  total: number;
  what: string;
  labelled: boolean;
}

function Field({ part, total, what, labelled }: FieldProperties) {
  const { name, count, colour, ink, says, href } = part;
  const share = percent(count / total);
  const of = `${grouped(count, 0)} of ${counted(total, what)}`;
  const shown = {
    class: "part",
    style: { flexGrow: count, background: colour, color: ink },
    ...tip(`${name}: ${share}`, of, says, href !== undefined && "Click to see them."),
  };
  const label = labelled && count / total >= 0.12 && <span class="label">{share}</span>;
  if (href === undefined) return <span {...shown}>{label}</span>;
  return (
    <a {...shown} href={href} aria-label={`${name}: ${share}, ${of}`}>
      {label}
    </a>
  );
}
