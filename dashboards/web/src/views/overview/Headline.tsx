/** The figures of all runs together, large. */

import { useReport } from "../../app/context.ts";
import { useRunsLink } from "../../app/links.ts";
import { SEE } from "../../components/FigureValue.tsx";
import { tip } from "../../components/Tips.tsx";
import type { Figure, ScoreDeclaration } from "../../data/types.ts";
import { UNKNOWN, amount, counted } from "../../words/amounts.ts";
import { explained, interval } from "../../words/figures.ts";

const SHOWN: { name: string; title: string; middle?: boolean }[] = [
  { name: "success", title: "Success" },
  { name: "error_rate", title: "Error rate" },
  { name: "seconds", title: "Time, median", middle: true },
  { name: "tokens", title: "Tokens, median", middle: true },
  { name: "tokens_per_success", title: "Tokens per success" },
  { name: "cost_per_success", title: "Cost per success" },
];

export function Headline() {
  const { score, figures } = useReport();
  const shown = SHOWN.flatMap(({ name, title, middle = false }) => {
    const what = score(name);
    const figure = what && figures.ofAll(what);
    return what && figure && there(figure) ? { what, figure, title, middle } : [];
  });
  if (shown.length === 0) return null;
  return (
    <dl
      class="headline"
      aria-label={figures.shared ? "All runs of shared tasks together" : "All runs together"}
    >
      {shown.map((each) => (
        <Large key={each.what.name} {...each} />
      ))}
    </dl>
  );
}

/** Where no run has a task, there is no figure to tell of. */
function there({ estimate, unevaluated, runs, note }: Figure): boolean {
  return estimate !== null || unevaluated > 0 || runs > 0 || note !== "no value";
}

interface Properties {
  what: ScoreDeclaration;
  figure: Figure;
  title: string;
  middle: boolean;
}

function Large({ what, figure, title, middle }: Properties) {
  const { filtered, figures } = useReport();
  const found = middle ? figure.median : figure.estimate;
  const known = found && interval(found, what.unit);
  const of = `${counted(figure.runs, "run")} of ${counted(figure.tasks, "task")}`;
  const link = useRunsLink();
  const linked = figure.runs > 0;
  const lines = explained(figure, what, { filtered: filtered || figures.shared, middle });
  const value = (
    <strong class={found ? undefined : "unknown"}>
      {found ? amount(found.value, what.unit) : UNKNOWN}
    </strong>
  );
  return (
    <div {...tip(...lines, linked && SEE)}>
      <dt>{title}</dt>
      <dd>
        {linked ? (
          <a class="behind" href={link({ score: what.name })}>
            {value}
          </a>
        ) : (
          value
        )}
        <span>{found ? (known ?? of) : (figure.note ?? "not evaluated")}</span>
        {known && <span class="hidden">, 95 % interval, {of}</span>}
      </dd>
    </div>
  );
}
