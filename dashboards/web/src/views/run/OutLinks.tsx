/** The way to the same thing on a server. */

import type { Link } from "./links.ts";

export function OutLinks({ links }: { links: Link[] }) {
  if (links.length === 0) return null;
  return (
    <p class="out-links">
      {links.map(({ title, address }) => (
        <a key={title} href={address} target="_blank" rel="noopener noreferrer">
          Open in {title}
          <span aria-hidden="true"> ↗</span>
        </a>
      ))}
    </p>
  );
}
