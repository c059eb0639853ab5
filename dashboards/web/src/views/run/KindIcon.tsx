/** What kind of step something is, as a sign. */

import type { Span } from "./rows.ts";

const PATHS: Record<Span["kind"], string> = {
  agent: "M8 2.2v1.9M4.2 4.6h7.6v5.8H4.2zM6.4 7.1v.9M9.6 7.1v.9M3 13.4c.8-1.9 9.2-1.9 10 0",
  llm: "M8 2.2l1.5 4.3L13.8 8l-4.3 1.5L8 13.8 6.5 9.5 2.2 8l4.3-1.5z",
  tool: "M10.6 2.9a3.1 3.1 0 0 0-3.5 4.2L2.9 11.3l1.8 1.8 4.2-4.2a3.1 3.1 0 0 0 4.2-3.5l-1.9 1.9-1.9-.6-.6-1.9z",
  chain: "M3 4.5h10M3 8h10M3 11.5h6",
  retriever: "M7 11.6a4.6 4.6 0 1 0 0-9.2 4.6 4.6 0 0 0 0 9.2zM10.4 10.4l3.2 3.2",
  other: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
};

export function KindIcon({ kind }: { kind: Span["kind"] }) {
  return (
    <svg class={`kind-icon ${kind}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d={PATHS[kind]}
        fill="none"
        stroke="currentColor"
        stroke-width="1.4"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  );
}
