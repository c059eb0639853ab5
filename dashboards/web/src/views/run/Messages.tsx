/** A conversation: who said what, which tools were called, and what came back. */

import { JsonText } from "../../text/JsonText.tsx";
import { LongText } from "../../text/LongText.tsx";
import { Marked } from "../../text/Marked.tsx";
import type { Message, Part } from "../../text/messages.ts";
import { LONGEST_NAME } from "../../text/shown.ts";
import { structured } from "../../text/value.ts";
import { line } from "../../text/visible.ts";

const ROLES = new Map([
  ["input", "Input"],
  ["system", "System"],
  ["developer", "Developer"],
  ["user", "User"],
  ["assistant", "Model"],
  ["tool", "Tool"],
  ["function", "Tool"],
]);

/** What a role is called, and its style. */
export function roleWords(role: string): { name: string; kind: string } {
  const name = ROLES.get(role);
  return { name: name ?? line(role, 40), kind: name === undefined ? "other" : role };
}

export function Messages({ messages }: { messages: Message[] }) {
  return (
    <ol class="messages">
      {messages.map((message, place) => (
        <li key={place} class={`message ${roleWords(message.role).kind}`}>
          <p class="role">{roleWords(message.role).name}</p>
          {message.parts.map((part, at) => (
            <MessagePart key={at} part={part} />
          ))}
        </li>
      ))}
    </ol>
  );
}

export function MessagePart({ part }: { part: Part }) {
  switch (part.type) {
    case "text":
      return <LongText text={part.text} mono={false} />;
    case "reasoning":
      return (
        <div class="thought">
          <LongText text={part.text} mono={false} />
        </div>
      );
    case "call":
      return (
        <div class="called">
          <p class="called-name">
            called{" "}
            <bdi class="mono">
              <Marked text={line(part.name, LONGEST_NAME)} />
            </bdi>
          </p>
          <Shaped text={part.arguments} />
        </div>
      );
    default:
      return <Shaped text={part.text} />;
  }
}

function Shaped({ text }: { text: string }) {
  const value = structured(text);
  return value === null ? <LongText text={text} /> : <JsonText value={value} />;
}
