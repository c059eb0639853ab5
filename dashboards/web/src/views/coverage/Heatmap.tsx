/** Tasks by sides: in each cell how many runs were evaluated of those planned. */

import { useState } from "preact/hooks";
import { tip } from "../../components/Tips.tsx";
import { line } from "../../text/visible.ts";
import { counted, grouped, percent } from "../../words/amounts.ts";
import { taskName } from "../../words/tasks.ts";
import type { Cell, Grid } from "./grid.ts";

interface Looked {
  task: number;
  side: number;
}

interface Properties {
  grid: Grid;
  sides: string[];
  tasks: string[];
  looked: Looked | null;
  onLook: (task: number, side: number) => void;
}

const PAGE = 80;

export function Heatmap({ grid, sides, tasks, looked, onLook }: Properties) {
  const [pages, setPages] = useState(1);
  const rows = grid.rows.slice(0, PAGE * pages);
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
              {sides.map((side) => (
                <th key={side} scope="col">
                  <bdi>{line(side, 80)}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr class="total">
              <th scope="row">All tasks</th>
              {grid.totals.map((cell, side) => (
                <td key={side}>
                  <Total cell={cell} />
                </td>
              ))}
            </tr>
            {rows.map(({ task, cells }) => (
              <tr key={task}>
                <th scope="row">
                  <bdi>{line(taskName(tasks, task), 100)}</bdi>
                </th>
                {cells.map((cell, side) => (
                  <td key={side}>
                    <Field
                      cell={cell}
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
          <button type="button" class="plain" onClick={() => setPages(pages + 1)}>
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
      class={done === 0 ? "cover-field none" : "cover-field some"}
      style={done === 0 ? undefined : { "--done": `${(100 * done) / planned}%` }}
      aria-pressed={pressed}
      onClick={onLook}
      {...tip(`${counted(missing.length, "run")} missing`, "Choose to see which")}
    >
      {words}
      <span class="hidden"> evaluated: see the missing ones</span>
    </button>
  );
}
