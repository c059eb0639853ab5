/** All tasks, with how they went; the one that is shown is marked. */

import { useMemo, useState } from "preact/hooks";
import { address, useReport } from "../../app/context.ts";
import { usePages } from "../../components/usePages.ts";
import type { Place } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { counted, grouped } from "../../words/amounts.ts";
import { NO_TASK, taskName, type Tasks } from "../../statistics/tasks.ts";
import type { TaskSummary } from "./answers.ts";

interface Properties {
  tasks: TaskSummary[];
  names: Tasks;
  shown: Place;
}

const PAGE = 150;
const SEARCHED_FROM = 13;

export function TaskList({ tasks, names, shown }: Properties) {
  const { state } = useReport();
  const [sought, setSought] = useState("");
  const found = useMemo(() => {
    const words = sought.trim().toLowerCase();
    return tasks.filter(({ task }) => taskName(names, task).toLowerCase().includes(words));
  }, [tasks, names, sought]);
  const known = tasks.filter(({ task }) => task !== NO_TASK).length;
  const { shown: listed, more } = usePages(found, PAGE);
  return (
    <nav class="task-list" aria-label="Tasks">
      <h2>{known === 0 ? "No task" : counted(known, "task")}</h2>
      {tasks.length >= SEARCHED_FROM && (
        <input
          type="search"
          placeholder="Find a task"
          aria-label="Find a task"
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      )}
      <ul>
        {listed.map((summary) => {
          const { task, passed, judged } = summary;
          const name = taskName(names, task);
          return (
            <li key={task}>
              <a
                href={address(state, { view: "results", own: { of: name } })}
                aria-current={task === shown ? "true" : undefined}
              >
                <bdi class="name">{line(name, 80)}</bdi>
                <span class="went">
                  {judged === 0 ? "not judged" : `${grouped(passed, 0)}/${grouped(judged, 0)}`}
                  {judged > 0 && <span class="hidden"> passed</span>}
                </span>
                <span class="meter" aria-hidden="true">
                  <span style={{ width: judged === 0 ? 0 : `${(100 * passed) / judged}%` }} />
                </span>
              </a>
            </li>
          );
        })}
      </ul>
      {found.length === 0 && <p class="unknown">No task is called so.</p>}
      {listed.length < found.length && (
        <button type="button" class="plain" onClick={more}>
          Show more ({grouped(found.length - listed.length, 0)})
        </button>
      )}
    </nav>
  );
}
