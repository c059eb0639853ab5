/** A chart with its heading, that can be read as a table, too. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Section } from "./Section.tsx";
import { Table } from "./Table.tsx";

/** What a chart shows, in rows: the first column names its row. */
export interface Readable {
  head: string[];
  rows: string[][];
}

interface Properties {
  title: string;
  says?: ComponentChildren;
  help?: string;
  tools?: ComponentChildren;
  /** Asked for when it is looked at. */
  readable: () => Readable;
  children: ComponentChildren;
}

export function Chart({ title, says, help, tools, readable, children }: Properties) {
  const [asTable, setAsTable] = useState(false);
  const turn = (
    <button
      type="button"
      class="plain as-table"
      aria-pressed={asTable}
      onClick={() => setAsTable(!asTable)}
    >
      As table
    </button>
  );
  return (
    <Section
      title={title}
      says={says}
      {...(help !== undefined && { help })}
      tools={
        <>
          {tools}
          {turn}
        </>
      }
    >
      {asTable ? <AsTable title={title} {...readable()} /> : children}
    </Section>
  );
}

function AsTable({ title, head, rows }: Readable & { title: string }) {
  return (
    <Table
      caption={title}
      rows={rows}
      rowKey={(_, place) => place}
      columns={head.map((name, place) => ({
        key: `${place}`,
        title: name,
        numeric: place > 0,
        cell: (row: string[]) => row[place] ?? "",
        order: (row: string[]) => row[place] ?? null,
      }))}
    />
  );
}
