/** What the scores to decide by say, in a sentence for each verdict. */

import { Chip } from "../../components/Chip.tsx";
import { Section } from "../../components/Section.tsx";
import type { CompareJson } from "../../data/types.ts";
import { differenceOf } from "./Differences.tsx";
import type { Pair } from "./pair.ts";
import { TONES, summary } from "./words.ts";

export function Summary({ comparison, found }: { comparison: CompareJson; found: Pair }) {
  const primary = comparison.scores.filter((score) => score.primary);
  const told = summary(primary, (score) => differenceOf(score, found));
  const tests = comparison.tests;
  return (
    <Section
      title={`${found.side} against ${found.baseline}`}
      says={[
        ...comparison.notes.map((note) => `${note[0]?.toUpperCase() ?? ""}${note.slice(1)}.`),
        tests > 1 ? `p is corrected for ${tests} scores looked at together.` : "",
      ]
        .filter(Boolean)
        .join(" ")}
    >
      {told.length === 0 ? (
        <p class="empty-line">No score was named to decide by: see the differences below.</p>
      ) : (
        <ul class="verdicts">
          {told.map(({ verdict, told: names }) => (
            <li key={verdict}>
              <Chip tone={TONES[verdict]}>
                {verdict === "insufficient" ? "cannot be told" : verdict}
              </Chip>
              <span>{names.join(", ")}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
