/** Which colour stands for what. */

export interface Entry {
  name: string;
  colour: string;
  /** Drawn as a line, a point or a field. */
  form?: "field" | "line" | "point";
}

export function Legend({ entries }: { entries: Entry[] }) {
  return (
    <ul class="legend">
      {entries.map(({ name, colour, form = "field" }) => (
        <li key={name}>
          <span class={`mark ${form}`} style={{ background: colour }} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}
