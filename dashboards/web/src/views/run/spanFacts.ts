/** What was measured of a span, as facts. */

import { line } from "../../text/visible.ts";
import { amount, duration, grouped } from "../../words/amounts.ts";
import type { Fact } from "./Facts.tsx";
import type { Span } from "./rows.ts";
import { lasted, milliseconds } from "./words.ts";

export function spanFacts(span: Span): Fact[] {
  const facts: Fact[] = [
    { name: "Took", value: lasted(span) },
    { name: "Began at", value: milliseconds(span.start_ms), says: "since the run began" },
  ];
  if (span.ttft_ms !== null) {
    facts.push({ name: "First token after", value: duration(span.ttft_ms / 1000) });
  }
  if (span.input_tokens !== null) {
    facts.push({ name: "Input tokens", value: grouped(span.input_tokens, 0), says: input(span) });
  }
  if (span.cache_read_tokens !== null) {
    facts.push({
      name: "From the cache",
      value: grouped(span.cache_read_tokens, 0),
      says: "input tokens that the provider had already read",
    });
  }
  if (span.output_tokens !== null) {
    const { reasoning_tokens: thought } = span;
    const says = thought === null ? "" : `${grouped(thought, 0)} of them reasoning`;
    facts.push({ name: "Output tokens", value: grouped(span.output_tokens, 0), says });
  }
  if (span.cost_usd !== null) facts.push({ name: "Cost", value: amount(span.cost_usd, "USD") });
  if (span.finish_reason !== null) {
    facts.push({
      name: "Ended by",
      value: line(span.finish_reason.replaceAll("_", " "), 40),
      says: ENDS[span.finish_reason] ?? "",
    });
  }
  if (span.retry_of !== null) {
    facts.push({ name: "Sent again", value: "yes", says: "the same request had failed before" });
  }
  return facts;
}

const ENDS: Record<string, string> = {
  stop: "the model was done",
  tool_calls: "the model asked for a tool",
  length: "cut off at the token limit",
  content_filter: "held back by the provider's filter",
};

function input({ input_tokens, cache_read_tokens, cache_write_tokens }: Span): string {
  if (input_tokens === null || cache_read_tokens === null) return "";
  const fresh = input_tokens - cache_read_tokens - (cache_write_tokens ?? 0);
  return `${grouped(fresh, 0)} of them new`;
}
