/** A table that can be put in order by each of its columns; long ones are shown in part. */

import type { ComponentChild } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Order } from "../state/order.ts";
import { grouped } from "../words/amounts.ts";
import { Help } from "./Help.tsx";
import { usePages } from "./usePages.ts";

export interface Column<Row> {
  key: string;
  title: string;
  says?: string;
  /** Stands at the right, in figures of one width. */
  numeric?: boolean;
  /** The largest come first, as they do of what is numeric. */
  down?: boolean;
  /** Names its row; the first column if none does. */
  heads?: boolean;
  /** "12rem", say: as wide as that. */
  width?: string;
  cell: (row: Row) => ComponentChild;
  /** What the order goes by; a column without it puts nothing in order. null stands last. */
  order?: (row: Row) => number | string | null;
}

interface Properties<Row> {
  /** Says what it holds; not shown where a heading above does. */
  caption: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row, place: number) => string | number;
  order?: Order | null;
  /** Is told of another order. */
  onOrder?: (order: Order) => void;
  /** Rows shown at first, and more with each asking. */
  page?: number;
  rowClass?: (row: Row) => string | undefined;
  /** Rows that stand right below one, in the same order as all. */
  below?: (row: Row) => Row[];
  /** Words in place of a table without rows. */
  empty?: ComponentChild;
}

export function Table<Row>(properties: Properties<Row>) {
  const { caption, rows, columns, rowKey, page = 60, rowClass, below, empty } = properties;
  const [order, setOrder] = useState<Order | null>(properties.order ?? null);
  const ordered = useMemo(() => {
    const upper = inOrder(rows, columns, order);
    if (below === undefined) return upper;
    return upper.flatMap((row) => [row, ...inOrder(below(row), columns, order)]);
  }, [rows, columns, order, below]);
  const { shown, more } = usePages(ordered, page);
  if (rows.length === 0 && empty !== undefined) return <p class="empty-line">{empty}</p>;
  const head = columns.find((column) => column.heads)?.key ?? columns[0]?.key;
  // Names are looked up from the first, numbers for the largest.
  const turn = ({ key, numeric, down }: Column<Row>) => {
    const next = { key, down: order?.key === key ? !order.down : Boolean(numeric || down) };
    setOrder(next);
    properties.onOrder?.(next);
  };
  return (
    <div class="table-frame">
      <div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} order={order} turn={turn} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, place) => (
              <tr key={rowKey(row, place)} class={rowClass?.(row)}>
                {columns.map(({ key, numeric, cell }) =>
                  key === head ? (
                    <th key={key} scope="row" class={numeric ? "numeric" : undefined}>
                      {cell(row)}
                    </th>
                  ) : (
                    <td key={key} class={numeric ? "numeric" : undefined}>
                      {cell(row)}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < ordered.length && (
        <p class="more">
          {grouped(shown.length, 0)} of {grouped(ordered.length, 0)}
          <button type="button" class="plain" onClick={more}>
            Show more
          </button>
        </p>
      )}
    </div>
  );
}

/** Titles that are names, of models say, may be longer than their column is wide. */
const LONG = 22;
/** What stands in figures is narrow, and its title takes two lines. */
const LONG_OF_FIGURES = 15;

interface HeadProperties<Row> {
  column: Column<Row>;
  order: Order | null;
  turn: (column: Column<Row>) => void;
}

function Head<Row>({ column, order, turn }: HeadProperties<Row>) {
  const { key, title, says, numeric, width } = column;
  const direction = order?.key === key ? (order.down ? "descending" : "ascending") : undefined;
  return (
    <th
      scope="col"
      class={numeric ? "numeric" : undefined}
      style={width ? { width } : undefined}
      aria-sort={direction}
    >
      <span class={`head${title.length > (numeric ? LONG_OF_FIGURES : LONG) ? " long" : ""}`}>
        {column.order ? (
          <button type="button" class="sort" onClick={() => turn(column)}>
            {title}
            <span class="arrow" aria-hidden="true">
              {direction === "ascending" ? "↑" : direction ? "↓" : ""}
            </span>
          </button>
        ) : (
          title
        )}
        {says && <Help of={title} says={says} />}
      </span>
    </th>
  );
}

function inOrder<Row>(rows: Row[], columns: Column<Row>[], order: Order | null): Row[] {
  const by = columns.find(({ key }) => key === order?.key)?.order;
  if (!by || !order) return rows;
  const sign = order.down ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort(({ value: a }, { value: b }) => {
      if (a === null || b === null) return Number(a === null) - Number(b === null);
      if (typeof a === "string" || typeof b === "string") {
        return sign * String(a).localeCompare(String(b), undefined, { numeric: true });
      }
      return sign * (a - b);
    })
    .map(({ row }) => row);
}
