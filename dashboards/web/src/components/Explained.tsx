/** How something is to be read: folded up, for those who ask; unfolded on paper. */

import { usePrinting } from "../layout/useMatches.ts";

interface Properties {
  title: string;
  lines: (string | null | undefined | false)[];
}

export function Explained({ title, lines }: Properties) {
  const printing = usePrinting();
  const told = lines.filter((line): line is string => Boolean(line));
  if (told.length === 0) return null;
  return (
    <details class="explained" open={printing || undefined}>
      <summary>{title}</summary>
      {told.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </details>
  );
}
