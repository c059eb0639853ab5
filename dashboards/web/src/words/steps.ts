/** What rules, answers to failures and their ends are called, in words. */

import { line } from "../text/visible.ts";

export interface Words {
  title: string;
  says: string;
  /** Where there is little room. */
  brief?: string;
}

const FAULTS: Partial<Record<string, Words>> = named({
  none: { title: "No fault", says: "The call worked." },
  "model.unparseable": {
    title: "Unreadable call",
    brief: "Unreadable",
    says: "What the model wrote as arguments is not JSON, or no call at all.",
  },
  "model.unknown_tool": {
    title: "Unknown tool",
    says: "The model called a tool that there is not.",
  },
  "model.bad_arguments": {
    title: "Bad arguments",
    says: "The arguments do not fit what the tool takes.",
  },
  "execution.error": { title: "Tool error", says: "The tool ran, and said that it failed." },
  "hidden.error": {
    title: "Hidden error",
    says: "The tool reported success, and its result says that it failed.",
  },
  "provider.error": { title: "Provider error", says: "The request to the model failed." },
  "run.error": {
    title: "Run error",
    says: "The run itself ended with an error, outside of any call.",
  },
});

const RESPONSES: Partial<Record<string, Words>> = named({
  identical_retry: { title: "Same again", says: "Repeated the failed call as it was." },
  perturbed_retry: {
    title: "Nearly the same again",
    brief: "Nearly the same",
    says: "Repeated the failed call with a change that changes nothing, and it failed alike.",
  },
  modified_retry: {
    title: "Changed arguments",
    brief: "Changed",
    says: "Called the tool with other arguments.",
  },
  tool_switch: { title: "Other tool", says: "Turned to another tool." },
  justified_retry: {
    title: "Retry after a passing error",
    brief: "Fair retry",
    says: "Repeated the call, which the error gave reason to.",
  },
  answered: {
    title: "Answered without it",
    brief: "Answered",
    says: "Gave an answer without another call.",
  },
  handed_off: { title: "Handed off", says: "Handed over to somebody else." },
  stopped: { title: "Stopped", says: "Nothing followed." },
  sent_again: {
    title: "Sent again",
    says: "The same request had failed; the provider's client sent it once more.",
  },
});

const ENDS: Partial<Record<string, Words>> = named({
  "recovered:same_tool": { title: "Recovered", says: "A later call of the same tool worked." },
  "recovered:other_tool": {
    title: "Recovered with another tool",
    says: "A call of another tool did what had failed.",
  },
  handed_off: { title: "Handed off", says: "It was handed over to somebody else." },
  moved_on: { title: "Moved on", says: "The agent went on to something else." },
  abandoned: { title: "Given up", says: "The agent answered without having recovered from it." },
  exhausted: { title: "Out of budget", says: "Time, steps or tokens were used up first." },
  sent_again: { title: "Request sent again", says: "The provider had not answered it." },
  crashed: { title: "Crashed", says: "The run ended with an error first." },
});

/** By which sign a fault was seen, where the name of its rule does not say it. */
const RULES: Partial<Record<string, string>> = named({
  "model.unparseable/not_json": "",
  "model.unknown_tool/not_offered": "not among those offered",
  "model.unknown_tool/unknown_tool": "by what came back",
  "model.bad_arguments/schema": "by the tool's schema",
  "model.bad_arguments/validation": "by what came back",
  "execution.error/span": "",
  "hidden.error/flag": "marked as an error",
  "hidden.error/error": "an error in the result",
  "hidden.error/errors": "an error in the result",
  "hidden.error/error_verb": "an error in the result",
  "hidden.error/success": "no success in the result",
  "hidden.error/ok": "no success in the result",
  "hidden.error/batch": "all parts of a list",
});

/** Of a fault or a rule, as "model.bad_arguments/schema"; the rule's own part is kept. */
export function ruleWords(rule: string | null): Words & { detail: string | null } {
  if (rule === null) {
    return {
      title: "No fault left",
      says: "No call failed, or the agent recovered from each that did: the answer, or how it ended, is wrong.",
      detail: null,
    };
  }
  const [fault = rule, detail = null] = rule.split("/");
  const told = detail === null ? null : (RULES[rule] ?? line(detail.replaceAll("_", " "), 60));
  return { ...(FAULTS[fault] ?? { title: line(fault, 60), says: "" }), detail: told || null };
}

export function responseWords(label: string | null): Words {
  if (label === null) return { title: "None", says: "Nothing failed that could be answered." };
  return RESPONSES[label] ?? { title: line(label, 60), says: "" };
}

export function endWords(label: string): Words {
  return ENDS[label] ?? { title: line(label, 60), says: "" };
}

/** Without what every object has: a label may be called "constructor". */
function named<Value>(words: Record<string, Value>): Partial<Record<string, Value>> {
  return Object.assign(Object.create(null) as Record<string, Value>, words);
}
