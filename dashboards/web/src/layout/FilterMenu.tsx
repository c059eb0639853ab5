/** The values of one filter, in a list that opens. */

import { useRef, useState } from "preact/hooks";
import { useClosing } from "../components/useClosing.ts";
import type { Choice } from "../filters/choices.ts";
import { line } from "../text/visible.ts";
import { outcomeWords } from "../words/outcomes.ts";

interface Properties {
  choice: Choice;
  chosen: string[];
  onChange: (values: string[]) => void;
}

/** More values than this are searched, not read. */
const MANY = 12;

export function FilterMenu({ choice, chosen, onChange }: Properties) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [sought, setSought] = useState("");
  const [open, setOpen] = useState(false);
  useClosing(menu, open);
  const words = (value: string) => (choice.name === "outcome" ? outcomeWords(value).title : value);
  const shown = choice.values.filter((value) =>
    words(value).toLowerCase().includes(sought.toLowerCase()),
  );
  const turn = (value: string) =>
    onChange(
      chosen.includes(value)
        ? chosen.filter((each) => each !== value)
        : choice.values.filter((each) => each === value || chosen.includes(each)),
    );
  const [first] = chosen;
  return (
    <details
      ref={menu}
      class={`menu${chosen.length > 0 ? " active" : ""}`}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        {choice.title}
        {first !== undefined && (
          <span class="selected">
            {chosen.length === 1 ? line(words(first), 60) : chosen.length}
          </span>
        )}
      </summary>
      {open && (
        <div class="panel">
          {choice.values.length > MANY && (
            <input
              type="search"
              aria-label={`Search ${choice.title.toLowerCase()}`}
              placeholder="Search"
              value={sought}
              onInput={(event) => setSought(event.currentTarget.value)}
            />
          )}
          <fieldset>
            <legend class="hidden">{choice.title}</legend>
            {shown.map((value) => (
              <label key={value}>
                <input
                  type="checkbox"
                  checked={chosen.includes(value)}
                  onChange={() => turn(value)}
                />
                <bdi>{line(words(value), 160)}</bdi>
              </label>
            ))}
            {shown.length === 0 && <p class="empty-line">Nothing of that name.</p>}
          </fieldset>
          {chosen.length > 0 && (
            <button type="button" class="plain" onClick={() => onChange([])}>
              All
            </button>
          )}
        </div>
      )}
    </details>
  );
}
