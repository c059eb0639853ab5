/** Tasks by sides: in each cell how many runs were evaluated of those planned. */

import { usePages } from "../../components/usePages.ts";
import { tip } from "../../components/Tips.tsx";
import { line } from "../../text/visible.ts";
import { counted, grouped, percent } from "../../words/amounts.ts";
import { taskName, type Tasks } from "../../statistics/tasks.ts";
import type { Cell, Grid } from "./grid.ts";

interface Looked {
  task: number;
  side: number;
}

interface Properties {
  grid: Grid;
  sides: string[];
  /** The places of the sides to show. */
  columns: number[];
  tasks: Tasks;
  looked: Looked | null;
  onLook: (task: number, side: number) => void;
}

const PAGE = 60;
const NOTHING: Cell = { planned: 0, done: 0, missing: [] };

export function Heatmap({ grid, sides, columns, tasks, looked, onLook }: Properties) {
  const { shown: rows, more } = usePages(grid.rows, PAGE);
  return (
    <>
      <div
        class="table-scroll cover-scroll"
        tabIndex={0}
        role="region"
        aria-label="Coverage by task"
      >
        <table class="cover">
          <caption class="hidden">Runs evaluated of those planned, by task</caption>
          <thead>
            <tr>
              <th scope="col">Task</th>
              {columns.map((side) => (
                <th key={side} scope="col">
                  <bdi>{line(sides[side] ?? "", 80)}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr class="total">
              <th scope="row">All tasks</th>
              {columns.map((side) => (
                <td key={side}>
                  <Total cell={grid.totals[side] ?? NOTHING} />
                </td>
              ))}
            </tr>
            {rows.map(({ task, cells }) => (
              <tr key={task}>
                <th scope="row">
                  <bdi>{line(taskName(tasks, task), 100)}</bdi>
                </th>
                {columns.map((side) => (
                  <td key={side}>
                    <Field
                      cell={cells[side] ?? null}
                      pressed={looked?.task === task && looked.side === side}
                      onLook={() => onLook(task, side)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length < grid.rows.length && (
        <p class="more">
          {grouped(rows.length, 0)} of {counted(grid.rows.length, "task")}
          <button type="button" class="plain" onClick={more}>
            Show more
          </button>
        </p>
      )}
    </>
  );
}

function Total({ cell }: { cell: Cell }) {
  if (cell.planned === 0) return <span class="unknown">not planned</span>;
  return (
    <span {...tip(`${cell.done} of ${counted(cell.planned, "run")} evaluated`)}>
      <strong>{percent(cell.done / cell.planned)}</strong>{" "}
      <span class="of">
        {grouped(cell.done, 0)} of {grouped(cell.planned, 0)}
      </span>
    </span>
  );
}

interface FieldProperties {
  cell: Cell | null;
  pressed: boolean;
  onLook: () => void;
}

function Field({ cell, pressed, onLook }: FieldProperties) {
  if (cell === null) {
    return (
      <span class="cover-field unplanned" {...tip("Not planned")}>
        <span aria-hidden="true">·</span>
        <span class="hidden">not planned</span>
      </span>
    );
  }
  const { done, planned, missing } = cell;
  const words = (
    <>
      {done}
      <span class="of">
        <span class="hidden"> of </span>
        <span aria-hidden="true">/</span>
        {planned}
      </span>
    </>
  );
  if (missing.length === 0) {
    return (
      <span class="cover-field all" {...tip(`All ${counted(planned, "run")} evaluated`)}>
        {words}
      </span>
    );
  }
  return (
    <button
      type="button"
      class={done === 0 ? "cover-field missing" : "cover-field missing some"}
      style={done === 0 ? undefined : { "--done": `${(100 * done) / planned}%` }}
      aria-pressed={pressed}
      onClick={onLook}
      {...tip(`${counted(missing.length, "run")} missing`, "Choose to see which")}
    >
      <span class="told">{words}</span>
      <span class="hidden"> evaluated: see the missing ones</span>
    </button>
  );
}
