/** Two against each other: what differs, by how much, and whether that may be chance. */

import { useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { Choose } from "../../components/Choose.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Segments } from "../../components/Segments.tsx";
import { BY_WORDS } from "../../words/by.ts";
import type { CompareJson, Document } from "../../data/types.ts";
import { Pairs } from "../../statistics/pairs.ts";
import { line } from "../../text/visible.ts";
import { differenceOf } from "./columns.tsx";
import { Differences } from "./Differences.tsx";
import { Filtered } from "./Filtered.tsx";
import { Flips } from "./Flips.tsx";
import type { Flipped } from "./Flips.tsx";
import { Summary } from "./Summary.tsx";
import { Untested } from "./Untested.tsx";
import { compareBys, pair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import "./compare.css";

export function Compare() {
  const { document, state, chosen, filtered } = useReport();
  const found = useMemo(() => pair(document, state), [document, state]);
  const pairs = useMemo(
    () => found && new Pairs(document, chosen, found.by, found.baseline, found.side),
    [document, chosen, found],
  );
  if (found === null || pairs === null) {
    return (
      <Empty title="There is nothing to compare yet">
        <p>
          All runs are of one model, revision, tier and harness. Run a second one, and ingest it
          into the same workspace; or compare two workspaces with <code>midspan compare A B</code>.
        </p>
      </Empty>
    );
  }
  return (
    <>
      <Pickers found={found} />
      {filtered && <Filtered found={found} pairs={pairs} />}
      {!filtered && found.comparison && (
        <>
          <Summary comparison={found.comparison} found={found} />
          <Notice comparison={found.comparison} found={found} />
          <Differences comparison={found.comparison} found={found} />
        </>
      )}
      {!filtered && !found.comparison && <Untested found={found} />}
      <Flips flipped={flipped(document, found, pairs, filtered)} found={found} pairs={pairs} />
    </>
  );
}

/** As they were compared; of a part of the runs, or of two that nobody compared, counted here. */
function flipped(document: Document, found: Pair, pairs: Pairs, filtered: boolean): Flipped[] {
  const told: Flipped[] =
    found.comparison && !filtered
      ? found.comparison.scores.map((score) => ({
          name: score.name,
          flips: differenceOf(score, found)?.flips ?? [],
        }))
      : document.scores
          .filter(({ unit }) => unit === "0/1")
          .map((score) => ({ name: score.name, flips: pairs.of(score)?.flips ?? [] }));
  return told.filter(({ flips }) => flips.length > 0);
}

function Pickers({ found }: { found: Pair }) {
  const { document, state, go } = useReport();
  const set = (own: Record<string, string>) =>
    go({ own: { ...state.own, ...own } }, { replace: true });
  const offered = compareBys(document);
  const options = found.names.map((name) => ({ value: name, title: name }));
  return (
    <div class="pickers">
      {offered.length > 1 && (
        <Segments
          label="Compare"
          options={offered.map((value) => ({ value, title: BY_WORDS[value] }))}
          value={found.by}
          onChange={(along) => go({ own: { along } }, { replace: true })}
        />
      )}
      <Choose
        label="From"
        options={options}
        value={found.baseline}
        onChange={(baseline) =>
          set({ baseline, side: baseline === found.side ? found.baseline : found.side })
        }
      />
      <button
        type="button"
        class="plain swap"
        aria-label="Swap the two"
        onClick={() => set({ baseline: found.side, side: found.baseline })}
      >
        ⇄
      </button>
      <Choose
        label="to"
        options={options.filter(({ value }) => value !== found.baseline)}
        value={found.side}
        onChange={(side) => set({ side, baseline: found.baseline })}
      />
    </div>
  );
}

/** What limits what is shown; nothing where nothing does. */
function Notice({ comparison, found }: { comparison: CompareJson; found: Pair }) {
  const lines = [
    found.lacking && `From ${line(found.baseline, 60)}: ${found.lacking}.`,
    ...comparison.warnings,
  ].filter((line): line is string => Boolean(line));
  if (lines.length === 0) return null;
  return (
    <div class="notice">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
