/** What a model was told, thought, said and asked for; of other steps what went in and out. */

import { Marked } from "../../text/Marked.tsx";
import { RecordedText } from "../../text/RecordedText.tsx";
import { messages } from "../../text/messages.ts";
import { Part } from "./Part.tsx";
import { Messages } from "./Messages.tsx";
import type { Span } from "./rows.ts";
import { spanKey, type Step } from "./tree.ts";
import { askedWords } from "./words.ts";

interface Properties {
  span: Span;
  step: Step;
  hasCalls: boolean;
  onSelect: (key: string) => void;
}

export function SpanTexts({ span, step, hasCalls, onSelect }: Properties) {
  const isModel = span.kind === "llm";
  if (!isModel && hasCalls && span.input === null && span.output === null) return null;
  return (
    <>
      {span.reasoning !== null && (
        <Part title="Reasoning">
          <RecordedText text={span.reasoning} prose />
        </Part>
      )}
      {span.output !== null && (
        <Part title={isModel ? "Said" : "Output"}>
          <RecordedText text={span.output} prose />
        </Part>
      )}
      {step.asked.length > 0 && (
        <Part title="Asked for">
          <ul class="asked">
            {step.asked.map((call) => (
              <li key={call.call}>
                <button
                  type="button"
                  class="plain"
                  onClick={() => onSelect(stepOf(call.span, span.place, call.call))}
                >
                  <Marked text={askedWords(call).name} />
                </button>
                <bdi class="preview">
                  <Marked text={askedWords(call).preview} />
                </bdi>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={isModel ? "Messages" : "Input"}>
        {span.continues !== null && (
          <p class="continues">
            Goes on from{" "}
            <button
              type="button"
              class="plain"
              onClick={() => onSelect(spanKey(span.continues ?? 0))}
            >
              the request before it
            </button>
            : only what is new is shown.
          </p>
        )}
        {span.input === null ? (
          <p class="unknown">Not recorded.</p>
        ) : (
          <RecordedText text={span.input} draw={drawn} prose />
        )}
      </Part>
    </>
  );
}

function drawn(text: string) {
  const told = messages(text);
  if (told === null) return null;
  return told.length === 0 ? <p class="unknown">Nothing new.</p> : <Messages messages={told} />;
}

/** A call that ran in no span of its own stands under the request that asked for it. */
function stepOf(ran: number | null, asked: number, call: number): string {
  return ran === null || ran === asked ? `c${call}` : spanKey(ran);
}
