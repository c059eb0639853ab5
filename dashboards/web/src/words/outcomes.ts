/** How runs end, in words and colours. */

interface OutcomeWords {
  title: string;
  says: string;
}

const WORDS: Record<string, OutcomeWords> = {
  success: { title: "Success", says: "Ended well, and passed all checks of the task." },
  wrong: { title: "Wrong", says: "Ended with an answer, and a check of the task failed." },
  no_answer: { title: "No answer", says: "Ended without an answer." },
  agent_error: { title: "Agent error", says: "The agent itself stopped with an error." },
  provider_error: { title: "Provider error", says: "The model's provider failed." },
  timeout: { title: "Timeout", says: "Was stopped when its time was up." },
  budget: {
    title: "Out of budget",
    says: "Was stopped when its steps, tokens or money were spent.",
  },
  infra: { title: "Lost", says: "Not run yet, or lost to the platform it ran on: in no figure." },
  unscored: {
    title: "Not scored",
    says: "A check could not run, there is none, or nobody scored it.",
  },
};

export function outcomeWords(name: string): OutcomeWords {
  return WORDS[name] ?? { title: name, says: "" };
}

/** The variable that holds its colour, in both themes. */
export function outcomeColour(name: string): string {
  return `var(--outcome-${key(name)}, var(--outcome-unscored))`;
}

/** Of what is written on its colour. */
export function outcomeInk(name: string): string {
  return `var(--on-${key(name)}, var(--on-light))`;
}

/** Names of outcomes are of a report, and may be any text: only known ones become style. */
function key(name: string): string {
  return name in WORDS ? name.replaceAll("_", "-") : "unscored";
}
