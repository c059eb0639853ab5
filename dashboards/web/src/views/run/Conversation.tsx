/** A run as one scroll: what was said, by whom, each message with the way to its step. */

import { useMemo } from "preact/hooks";
import { usePages } from "../../components/usePages.ts";
import type { Texts } from "../../data/types.ts";
import { Marked, useSought } from "../../text/Marked.tsx";
import { line } from "../../text/visible.ts";
import { counted, grouped } from "../../words/amounts.ts";
import { ruleWords } from "../../words/steps.ts";
import { type Entry, conversation } from "./conversation.ts";
import { MessagePart, roleWords } from "./Messages.tsx";
import type { Step } from "./tree.ts";

interface Properties {
  steps: Step[];
  texts: Texts | null;
  /** So many texts are cut, and the rest of them lies nowhere. */
  lacking: number;
  onOpen: (step: string) => void;
}

const PAGE = 200;

export function Conversation({ steps, texts, lacking, onOpen }: Properties) {
  const entries = useMemo(() => conversation(steps, texts), [steps, texts]);
  // What is looked for may stand at the end.
  const looked = useSought() !== null;
  const { shown, more } = usePages(entries, looked ? Math.max(entries.length, 1) : PAGE);
  const several = useMemo(() => new Set(entries.map(({ agent }) => agent)).size > 1, [entries]);
  if (entries.length === 0) {
    return <p class="unknown">No request to a model was recorded: there is nothing that was said.</p>;
  }
  return (
    <>
      {lacking > 0 && (
        <p class="continues">
          Of {counted(lacking, "long text")} only the beginning is known: the rest is not beside
          this page.
        </p>
      )}
      <ol class="messages conversation" data-searched>
        {shown.map((entry, place) => (
          <Message key={place} entry={entry} several={several} onOpen={onOpen} />
        ))}
      </ol>
      {shown.length < entries.length && (
        <p class="more">
          {grouped(shown.length, 0)} of {counted(entries.length, "message")}
          <button type="button" class="plain" onClick={more}>
            Show more
          </button>
        </p>
      )}
    </>
  );
}

interface MessageProperties {
  entry: Entry;
  several: boolean;
  onOpen: (step: string) => void;
}

function Message({ entry, several, onOpen }: MessageProperties) {
  const { step, role, agent, turn, parts, call, error, repeated } = entry;
  const { name, kind } = roleWords(role);
  const fault = call?.fault != null && call.fault !== "none" ? call : null;
  const speaker = call === null ? name : line(call.name, 60);
  return (
    <li class={`message ${kind}${fault || error ? " failed" : ""}`}>
      {repeated > 0 && (
        <p class="continues">
          This request begins anew: {counted(repeated, "message")} of it stand above already.
        </p>
      )}
      <p class="role">
        <span>
          <bdi>
            <Marked text={speaker} />
          </bdi>
          {several && agent !== null && (
            <>
              {" · "}
              <bdi>
                <Marked text={line(agent, 60)} />
              </bdi>
            </>
          )}
          {fault !== null && (
            <span class="step-mark bad">
              <Marked text={ruleWords(fault.fault_rule ?? fault.fault).title} />
            </span>
          )}
        </span>
        <button type="button" class="plain" onClick={() => onOpen(step)}>
          {turn === null || call !== null ? "Its step" : `Turn ${turn}`}
          <span class="hidden">, of the message of {speaker}</span>
        </button>
      </p>
      {parts.map((part, place) => (
        <MessagePart key={place} part={part} />
      ))}
      {error !== null && (
        <p class="step-error">
          <bdi>
            <Marked text={line(error, 600)} />
          </bdi>
        </p>
      )}
    </li>
  );
}
