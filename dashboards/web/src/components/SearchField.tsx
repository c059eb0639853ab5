/** A field for words to look for; "/" leads to it from anywhere on the page. */

import { useEffect, useRef, useState } from "preact/hooks";

interface Properties {
  label: string;
  /** What is looked for. */
  value: string;
  onChange: (words: string) => void;
  /** By Enter on to the next, with Shift back. */
  onMove?: (by: 1 | -1) => void;
}

/** Milliseconds: a pause between two words of somebody who writes. */
const PAUSE = 120;

export function SearchField({ label, value, onChange, onMove }: Properties) {
  const field = useRef<HTMLInputElement>(null);
  const [written, setWritten] = useState(value);
  const asked = useRef(value);
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined);
  // What is asked after a pause is asked of the page as it stands by then.
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  useSlash(field);
  useEffect(() => () => clearTimeout(waiting.current), []);
  // The address may say something else by now: by a link, or by the way back.
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setWritten(value);
  }, [value]);
  const ask = (words: string) => {
    clearTimeout(waiting.current);
    asked.current = words;
    if (words !== latest.current.value) latest.current.onChange(words);
  };
  const write = (words: string) => {
    setWritten(words);
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => ask(words), PAUSE);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      if (written === value) onMove?.(event.shiftKey ? -1 : 1);
      else ask(written);
    } else if (event.key === "Escape" && written !== "") {
      event.preventDefault();
      setWritten("");
      ask("");
    }
  };
  return (
    <span class="search-field">
      <input
        ref={field}
        type="search"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        value={written}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={press}
      />
      {written === "" && <kbd aria-hidden="true">/</kbd>}
    </span>
  );
}

/** What takes signs: a radio button, say, takes none. */
const WRITTEN_IN = `input:not(${["radio", "checkbox", "button", "submit", "reset", "range"]
  .map((type) => `[type=${type}]`)
  .join(", ")}), select, textarea, [contenteditable]`;

/** Where somebody writes already, "/" is a sign as any other. */
function useSlash(field: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const lead = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if ((event.target as Element | null)?.closest?.(WRITTEN_IN)) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener("keydown", lead);
    return () => document.removeEventListener("keydown", lead);
  }, [field]);
}
