/** On or off. */

import type { ComponentChildren } from "preact";

interface Properties {
  children: ComponentChildren;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
}

export function Toggle({ children, on, onChange, disabled = false }: Properties) {
  return (
    <label class={`toggle${disabled ? " disabled" : ""}`}>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class="track" aria-hidden="true" />
      <span>{children}</span>
    </label>
  );
}
