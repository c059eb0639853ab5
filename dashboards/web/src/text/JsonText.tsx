/** JSON to be read: keys at the left, texts of several lines as such. */

import { LongText } from "./LongText.tsx";
import { Marked } from "./Marked.tsx";
import { DEEPEST, LONGEST_KEY, MOST_ENTRIES as MOST } from "./shown.ts";
import type { Json } from "./value.ts";
import { line, visible } from "./visible.ts";

const SHORT = 120;

export function JsonText({ value, depth = 0 }: { value: Json; depth?: number }) {
  if (value === null || typeof value !== "object") return <Plain value={value} />;
  const entries = Object.entries(value);
  if (entries.length === 0) {
    return <span class="json-mark">{Array.isArray(value) ? "empty list" : "empty"}</span>;
  }
  if (depth >= DEEPEST) return <LongText text={JSON.stringify(value)} />;
  const list = Array.isArray(value);
  return (
    <dl class="json">
      {entries.slice(0, MOST).map(([key, each]) => (
        <div key={key} class={isBlock(each) ? "block" : undefined}>
          <dt class={list ? "place" : undefined}>
            {list ? key : <Marked text={line(key, LONGEST_KEY)} />}
          </dt>
          <dd>
            <JsonText value={each} depth={depth + 1} />
          </dd>
        </div>
      ))}
      {entries.length > MOST && (
        <div class="block">
          <dt class="place">…</dt>
          <dd class="json-mark">{entries.length - MOST} more: see the text as it is</dd>
        </div>
      )}
    </dl>
  );
}

function Plain({ value }: { value: null | boolean | number | string }) {
  if (typeof value !== "string") {
    return (
      <span class="json-mark">
        <Marked text={String(value)} />
      </span>
    );
  }
  if (value === "") return <span class="json-mark">empty text</span>;
  return isBlock(value) ? (
    <LongText text={value} />
  ) : (
    <bdi class="json-string">
      <Marked text={visible(value)} />
    </bdi>
  );
}

/** Whether a value stands below its key, and not beside it. */
function isBlock(value: Json): boolean {
  if (typeof value === "string") return value.length > SHORT || value.trimEnd().includes("\n");
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
