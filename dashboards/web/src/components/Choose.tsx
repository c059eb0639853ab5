/** One of many, in a list that opens. */

import { useId } from "preact/hooks";
import { line } from "../text/visible.ts";

interface Properties {
  label: string;
  options: { value: string; title: string; group?: string }[];
  value: string;
  onChange: (value: string) => void;
  quiet?: boolean;
}

export function Choose({ label, options, value, onChange, quiet = false }: Properties) {
  const id = useId();
  const groups = [...new Set(options.map(({ group }) => group))];
  const listed = (group: string | undefined) =>
    options
      .filter((option) => option.group === group)
      .map((option) => (
        <option key={option.value} value={option.value}>
          {line(option.title, 100)}
        </option>
      ));
  return (
    <span class="choose">
      <label for={id} class={quiet ? "hidden" : undefined}>
        {label}
      </label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {groups.map((group) =>
          group === undefined ? (
            listed(group)
          ) : (
            <optgroup key={group} label={group}>
              {listed(group)}
            </optgroup>
          ),
        )}
      </select>
    </span>
  );
}
