/** What the agent was asked and what it answered, beside the checks of its task. */

import { useReport } from "../../app/context.ts";
import type { Document, Place } from "../../data/types.ts";
import { RecordedText } from "../../text/RecordedText.tsx";
import { line, visible } from "../../text/visible.ts";

export function RunVerdict({ run }: { run: Place }) {
  const { document } = useReport();
  const task = document.tasks[document.runs.task[run] ?? -1];
  const answer = document.runs.answer[run] ?? null;
  const checks = judged(document, run);
  return (
    <section class="card run-verdict" aria-label="Question, answer and checks">
      <div class="exchange">
        {task?.prompt != null && (
          <div>
            <h3>Asked</h3>
            <RecordedText text={task.prompt} prose plain />
          </div>
        )}
        <div>
          <h3>Answered</h3>
          {answer === null ? (
            <p class="unknown">Nothing.</p>
          ) : (
            <RecordedText text={answer} prose plain />
          )}
        </div>
      </div>
      <div class="checked">
        <h3>Checks</h3>
        {checks.length === 0 ? (
          <p class="unknown">The task has no checks: nothing says whether the answer is right.</p>
        ) : (
          <ul class="checks">
            {checks.map((check) => (
              <Check key={check.id} {...check} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

interface Judged {
  id: string;
  says: string;
  /** null: it could not run; undefined: nothing was recorded. */
  passed: boolean | null | undefined;
  detail: string | null;
}

/** The checks of the task, each with what came of it; then those that were recorded beside them. */
function judged({ tasks, runs }: Document, run: Place): Judged[] {
  const told = tasks[runs.task[run] ?? -1]?.checks ?? [];
  const recorded = new Map((runs.checks[run] ?? []).map((check) => [check[0], check]));
  const scored = (id: string): boolean | undefined => {
    const value = runs.values[`check.${id}`]?.[run] ?? null;
    return value === null ? undefined : value === 1;
  };
  const known = told.map(({ id, says }) => {
    const [, passed, detail = null] = recorded.get(id) ?? [id, scored(id), null];
    return { id, says, passed, detail };
  });
  const names = new Set(told.map(({ id }) => id));
  const others = [...recorded.values()]
    .filter(([id]) => !names.has(id))
    .map(([id, passed, detail]) => ({ id, says: "", passed, detail }));
  return [...known, ...others];
}

function Check({ id, says, passed, detail }: Judged) {
  const [sign, words] =
    passed === true
      ? ["✓", "passed"]
      : passed === false
        ? ["✗", "failed"]
        : ["?", passed === null ? "could not run" : "no result"];
  const tone = passed === true ? "holds" : passed === false ? "fails" : "open";
  return (
    <li class={`check ${tone}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <div>
        <p>
          <bdi class="mono">{line(id, 80)}</bdi> <span class="how">{words}</span>
        </p>
        {says !== "" && <p class="wanted">{line(says, 600)}</p>}
        {detail !== null && passed !== true && (
          <p class="got">
            <bdi>{visible(detail)}</bdi>
          </p>
        )}
      </div>
    </li>
  );
}
