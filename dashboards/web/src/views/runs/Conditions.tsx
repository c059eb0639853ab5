/** What the runs of the list were chosen by; each can be taken away again. */

import { useEffect, useRef } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { line } from "../../text/visible.ts";
import type { Selection } from "./selection.ts";

type Conditions = Selection["conditions"];

export function Conditions({ conditions }: { conditions: Conditions }) {
  const { state, go } = useReport();
  const removed = useRef<{ at: number; among: Element | null } | null>(null);
  // Who took one away goes on from where it stood: to the next, or to the field above them.
  useEffect(() => {
    if (removed.current === null) return;
    const { at, among } = removed.current;
    removed.current = null;
    const left = [...(among?.querySelectorAll<HTMLElement>(".conditions button") ?? [])];
    const field = among?.querySelector<HTMLElement>("input[type=search]");
    (left[at] ?? left.at(-1) ?? field)?.focus();
  }, [conditions]);
  const without = ({ keys, rest }: Conditions[number]) => {
    const kept = Object.entries(state.own).filter(([key]) => !keys.some((each) => each === key));
    const own = { ...Object.fromEntries(kept), ...(rest && { where: rest }) };
    go({ own, ...(keys.includes("shared") && { shared: false }) }, { replace: true });
  };
  if (conditions.length === 0) return null;
  return (
    <ul class="conditions" aria-label="Only runs">
      {conditions.map((each, at) => (
        <li key={`${each.keys[0]} ${each.words}`}>
          <button
            type="button"
            onClick={({ currentTarget }) => {
              removed.current = { at, among: currentTarget.closest("section") };
              without(each);
            }}
          >
            <bdi>{line(each.words, 80)}</bdi>
            <span aria-hidden="true">×</span>
            <span class="hidden">: let other runs in, too</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
