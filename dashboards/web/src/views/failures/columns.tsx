/** The columns of the table of causes. */

import { useRunsLink } from "../../app/links.ts";
import { Chip } from "../../components/Chip.tsx";
import { SEE } from "../../components/FigureValue.tsx";
import { RunLink } from "../../components/RunLink.tsx";
import type { Column } from "../../components/Table.tsx";
import { tip } from "../../components/Tips.tsx";
import type { Cause, Document } from "../../data/types.ts";
import { placesOf } from "../../statistics/causes.ts";
import { line } from "../../text/visible.ts";
import { UNKNOWN, grouped, percent } from "../../words/amounts.ts";
import { outcomeWords } from "../../words/outcomes.ts";
import { responseWords, ruleWords } from "../../words/steps.ts";

export function causeKey({ rule, response, markers, signature }: Cause): string {
  return JSON.stringify([rule, response, markers, signature]);
}

export function causeColumns(document: Document): Column<Cause>[] {
  const placeOf = placesOf(document);
  return [
    {
      key: "fault",
      title: "Fault and error",
      heads: true,
      cell: ({ rule, signature }) => <Fault rule={rule} signature={signature} />,
      order: ({ rule }) => rule ?? "",
    },
    {
      key: "response",
      title: "Then",
      says: "What the agent did first after the failed call.",
      cell: ({ response }) => <Response response={response} />,
      order: ({ response }) => response,
    },
    {
      key: "markers",
      title: "Fired",
      says: "Markers that fired in these runs.",
      cell: ({ markers }) =>
        markers.length === 0 ? (
          <span class="unknown">{UNKNOWN}</span>
        ) : (
          <span class="cause-markers">
            {markers.map((marker) => (
              <Chip key={marker}>{line(marker, 40)}</Chip>
            ))}
          </span>
        ),
      order: ({ markers }) => markers.join(" "),
    },
    {
      key: "runs",
      title: "Runs",
      numeric: true,
      cell: (cause) => <Runs cause={cause} />,
      order: ({ runs }) => runs,
    },
    {
      key: "share",
      title: "Of failed",
      numeric: true,
      cell: ({ share }) => percent(share),
      order: ({ share }) => share,
    },
    {
      key: "tasks",
      title: "Tasks",
      numeric: true,
      cell: ({ tasks }) => grouped(tasks, 0),
      order: ({ tasks }) => tasks,
    },
    {
      key: "outcomes",
      title: "Ended",
      cell: ({ outcomes }) => outcomes.map(ended).join(", "),
    },
    {
      key: "models",
      title: "Models",
      cell: ({ models }) => <Models models={models} />,
    },
    {
      key: "example",
      title: "Example",
      cell: ({ run_ids: [first = ""] }) => {
        const run = placeOf.get(first);
        return run === undefined ? <bdi>{line(first, 12)}</bdi> : <RunLink run={run} />;
      },
    },
  ];
}

/** How many runs it is of, which leads to them: the filters hold there as well. */
function Runs({ cause }: { cause: Cause }) {
  const link = useRunsLink();
  return (
    <a class="behind" href={link({ cause: cause.example })} {...tip(SEE)}>
      {grouped(cause.runs, 0)}
    </a>
  );
}

function Fault({ rule, signature }: { rule: string | null; signature: string | null }) {
  const { title, says, detail } = ruleWords(rule);
  const error = bare(signature, rule);
  return (
    <span class="cause-fault">
      <span {...tip(says, rule)}>
        {title}
        {detail !== null && <span class="rule-detail"> {line(detail, 40)}</span>}
      </span>
      {error !== "" && <bdi class="cause-error">{line(error, 240)}</bdi>}
    </span>
  );
}

/** The rule, which a signature begins with, is said already. */
function bare(signature: string | null, rule: string | null): string {
  if (signature === null) return "";
  return rule !== null && signature.startsWith(`${rule} `)
    ? signature.slice(rule.length + 1)
    : signature;
}

function Response({ response }: { response: string | null }) {
  if (response === null) return <span class="unknown">{UNKNOWN}</span>;
  const { title, says } = responseWords(response);
  return <span {...tip(says)}>{line(title, 60)}</span>;
}

const MOST = 2;

function Models({ models }: { models: string[] }) {
  const rest = models.length - MOST;
  return (
    <span
      class="cause-models"
      {...(rest > 0 ? tip(...models.map((model) => line(model, 100))) : {})}
    >
      {models.slice(0, MOST).map((model) => (
        <bdi key={model}>{line(model, 80)}</bdi>
      ))}
      {rest > 0 && <span>and {rest} more</span>}
    </span>
  );
}

/** "12 wrong", as it is told elsewhere. */
function ended(told: string): string {
  const [count = "", name = ""] = told.split(" ");
  return `${count} ${outcomeWords(name).title.toLowerCase()}`;
}
