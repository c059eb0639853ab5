/** Looks for words in runs, and asks for values of their scores. */

import { useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { SearchField } from "../../components/SearchField.tsx";
import type { Place, ScoreDeclaration } from "../../data/types.ts";
import type { Sought } from "../../text/sought.ts";
import { counted } from "../../words/amounts.ts";
import { asked, withCondition, written } from "./conditions.ts";
import type { Condition } from "./conditions.ts";
import { cutAnswers } from "./found.ts";
import { ScoreCondition } from "./ScoreCondition.tsx";

interface Properties {
  values: Condition[];
  sought: Sought | null;
  runs: Place[];
}

export function RunTools({ values, sought, runs }: Properties) {
  const { document, state, go } = useReport();
  const scores = useMemo(() => asked(document), [document]);
  const look = (words: string) => {
    const { find: _, ...rest } = state.own;
    go({ own: words === "" ? rest : { ...rest, find: words } }, { replace: true });
  };
  const add = (condition: Condition, score: ScoreDeclaration) => {
    const where = written(withCondition(values, condition, score));
    go({ own: { ...state.own, where } }, { replace: true });
  };
  return (
    <div class="run-tools" role="search">
      <SearchField
        label="Search answers, errors, tasks, ids"
        value={state.own.find ?? ""}
        onChange={look}
      />
      {scores.length > 0 && <ScoreCondition scores={scores} onAdd={add} />}
      <Said runs={runs} looked={sought !== null} />
    </div>
  );
}

/** How many were found, to those who listen; and in what nobody looked. */
function Said({ runs, looked }: { runs: Place[]; looked: boolean }) {
  const { document, chosen } = useReport();
  const cut = useMemo(() => cutAnswers(document, chosen), [document, chosen]);
  return (
    <p role="status">
      {looked && <span class="hidden">In {counted(runs.length, "run")}. </span>}
      {looked && cut > 0 && `Of ${counted(cut, "long answer")} only the beginning is searched.`}
    </p>
  );
}
