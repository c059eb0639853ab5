/** A task as it was given: what was asked, with which files, and what is checked. */

import { Chip } from "../../components/Chip.tsx";
import { Section } from "../../components/Section.tsx";
import type { Task, TaskFile } from "../../data/types.ts";
import { RecordedText } from "../../text/RecordedText.tsx";
import { line } from "../../text/visible.ts";
import { grouped } from "../../words/amounts.ts";

interface Properties {
  task: Task;
  name: string;
  /** Where others gave the task of this name in another way. */
  experiment: string | undefined;
}

export function TaskPage({ task, name, experiment }: Properties) {
  const { prompt, prompt_from, set, tags, files, checks, expected_calls } = task;
  return (
    <Section
      title={line(name, 120)}
      says={experiment && `As ${line(experiment, 80)} gave it; other experiments differ.`}
      tools={
        <span class="task-tags">
          {set !== null && <Chip tone="accent">{set}</Chip>}
          {tags.map((tag) => (
            <Chip key={tag}>{line(tag, 40)}</Chip>
          ))}
        </span>
      }
    >
      <div class="task-parts">
        <div class="task-asked">
          <h3>Asked{prompt_from === "trace" && ", as a trace shows it"}</h3>
          {prompt === null ? (
            <p class="unknown">Neither a suite nor a trace says what was asked.</p>
          ) : (
            <RecordedText text={prompt} prose plain />
          )}
          {files.length > 0 && (
            <>
              <h3>Files that the agent was given</h3>
              <ul class="task-files">
                {files.map((file) => (
                  <File key={file.path} file={file} />
                ))}
              </ul>
            </>
          )}
        </div>
        <div>
          <h3>Checked</h3>
          {checks.length === 0 ? (
            <p class="unknown">Nothing: without checks no answer is right or wrong.</p>
          ) : (
            <ul class="task-checks">
              {checks.map(({ id, says }) => (
                <li key={id}>
                  <bdi class="mono">{line(id, 80)}</bdi>
                  <span>{line(says, 600)}</span>
                </li>
              ))}
            </ul>
          )}
          {expected_calls !== null && (
            <>
              <h3>Calls expected</h3>
              <p>{line(expected_calls, 400)}</p>
            </>
          )}
        </div>
      </div>
    </Section>
  );
}

function File({ file }: { file: TaskFile }) {
  const { path, kind, bytes, preview } = file;
  const name = (
    <>
      <bdi class="mono">{line(path, 160)}</bdi>{" "}
      <span class="size">{bytes === null ? "" : `${grouped(bytes, 0)} bytes`}</span>
    </>
  );
  if (preview === null) return <li class="file">{name}</li>;
  // An image may come from the document alone, never from elsewhere.
  const shown = kind === "image" && preview.startsWith("data:image/");
  return (
    <li>
      <details open={shown}>
        <summary>{name}</summary>
        {shown ? (
          <img src={preview} alt={`The file ${line(path, 160)}`} />
        ) : (
          <RecordedText text={preview} plain />
        )}
      </details>
    </li>
  );
}
