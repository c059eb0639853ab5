/** Which colour stands for what. */

export interface Entry {
  name: string;
  /** What is striped has its colours of its own. */
  colour?: string;
  /** Drawn as a line, a point or a field. */
  form?: "field" | "line" | "point" | "striped";
}

export function Legend({ entries }: { entries: Entry[] }) {
  return (
    <ul class="legend">
      {entries.map(({ name, colour, form = "field" }) => (
        <li key={name}>
          <span
            class={`mark ${form}`}
            style={colour === undefined ? undefined : { background: colour }}
            aria-hidden="true"
          />
          {name}
        </li>
      ))}
    </ul>
  );
}
