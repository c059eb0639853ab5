/** One call: what was asked of which tool, what came back, what was wrong with it. */

import type { Cut } from "../../data/types.ts";
import { Marked } from "../../text/Marked.tsx";
import { RecordedText } from "../../text/RecordedText.tsx";
import { line } from "../../text/visible.ts";
import { ruleWords } from "../../words/steps.ts";
import { Part } from "./Part.tsx";
import type { Call } from "./rows.ts";
import { errorWords, LONGEST_RULE } from "./words.ts";

interface Properties {
  call: Call;
  /** What its span calls the error. */
  error: string | null;
  /** Of which call it is, where its step does not say it. */
  name: string | null;
}

export function CallDetails({ call, error, name }: Properties) {
  const titled = (title: string) =>
    name === null ? (
      title
    ) : (
      <>
        <Marked text={name} />: {title.toLowerCase()}
      </>
    );
  const told = call.error_message === null ? "" : start(call.error_message);
  // Of an error most tools give no other result.
  const same = call.result !== null && start(call.result).includes(told);
  return (
    <>
      <Fault call={call} error={error} />
      <Part title={titled("Arguments")}>
        {call.arguments === null ? (
          <p class="unknown">Not recorded.</p>
        ) : (
          <RecordedText text={call.arguments} />
        )}
      </Part>
      <Part title={titled("Result")}>
        {call.result === null ? (
          <p class="unknown">{without(call)}</p>
        ) : (
          <RecordedText text={call.result} />
        )}
      </Part>
      {told !== "" && call.error_message !== null && !same && (
        <Part title={titled("Error")}>
          <RecordedText text={call.error_message} />
        </Part>
      )}
    </>
  );
}

function Fault({ call, error }: { call: Call; error: string | null }) {
  const { fault, fault_rule, transient, translated } = call;
  const notes = [
    transient === 1 ? "A passing error: trying again may help." : "",
    translated === null
      ? ""
      : `It was written as text (${line(translated, 40)}), and read as a call.`,
  ].filter((note) => note !== "");
  if ((fault === null || fault === "none") && notes.length === 0) return null;
  const { title, says } = ruleWords(fault_rule ?? fault);
  return (
    <div class={fault === null || fault === "none" ? "fault-note quiet" : "fault-note"}>
      {fault !== null && fault !== "none" && (
        <>
          <h4>
            <Marked text={title} />
          </h4>
          <p>{says}</p>
        </>
      )}
      {notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {fault_rule !== null && (
        <p class="rule">
          Rule{" "}
          <code>
            <Marked text={line(fault_rule, LONGEST_RULE)} />
          </code>
          {error !== null && (
            <>
              , error{" "}
              <bdi>
                <Marked text={errorWords(error)} />
              </bdi>
            </>
          )}
        </p>
      )}
    </div>
  );
}

/** As much of a text as the page holds. */
function start(text: Cut): string {
  return (typeof text === "string" ? text : text.cut).trim();
}

function without({ executed }: Call): string {
  return executed === 1 ? "No result was recorded." : "It was asked for, and never run.";
}
