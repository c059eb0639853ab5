/** One of a few, all in sight. */

import { useId } from "preact/hooks";

interface Properties<Value extends string> {
  label: string;
  options: { value: Value; title: string }[];
  value: Value;
  onChange: (value: Value) => void;
  /** The label is told, not shown. */
  quiet?: boolean;
}

export function Segments<Value extends string>(properties: Properties<Value>) {
  const { label, options, value, onChange, quiet = false } = properties;
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class={quiet ? "hidden" : undefined}>{label}</legend>
      <div class="options">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.title}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
