/** The column that says which side a row is of. */

import type { By } from "../state/state.ts";
import { line } from "../text/visible.ts";
import { BY_WORDS } from "../words/by.ts";
import type { Column } from "./Table.tsx";
import { tip } from "./Tips.tsx";

/** So many sides are shown at first: more are read one at a time. */
export const MOST_SIDES = 20;

/** Of a longer name the rest is in its tip. */
const LONGEST = 80;

export function sideColumn<Row extends { side: string }>(by: By): Column<Row> {
  return {
    key: "side",
    title: BY_WORDS[by],
    heads: true,
    width: "22%",
    cell: ({ side }) => {
      const shown = line(side, LONGEST);
      return <bdi {...(shown === side ? {} : tip(line(side, 400)))}>{shown}</bdi>;
    },
    order: ({ side }) => side,
  };
}
