/** What sides are called that are shown beside each other. */

import type { By } from "../state/state.ts";

/** As a choice. */
export const BY_TITLES: Record<By, string> = {
  variant: "Variant",
  model: "Model",
  revision: "Revision",
  tier: "Tier",
  harness: "Harness",
  experiment: "Experiment",
  task: "Task",
  all: "All",
};

/** As the head of a column. */
export const BY_WORDS: Record<By, string> = { ...BY_TITLES, all: "Runs" };
