/** The columns of the table of causes. */

import { useRunsLink } from "../../app/links.ts";
import { Chip } from "../../components/Chip.tsx";
import { SEE } from "../../components/FigureValue.tsx";
import { RunLink } from "../../components/RunLink.tsx";
import type { Column } from "../../components/Table.tsx";
import { tip } from "../../components/Tips.tsx";
import type { Cause, Document } from "../../data/types.ts";
import { placesOf, ruleName } from "../../statistics/causes.ts";
import { line } from "../../text/visible.ts";
import { UNKNOWN, counted, grouped, percent } from "../../words/amounts.ts";
import { outcomeWords } from "../../words/outcomes.ts";
import { responseWords, ruleWords } from "../../words/steps.ts";

export function causeKey({ rule, response, markers, signature }: Cause): string {
  return JSON.stringify([rule, response, markers, signature]);
}

export interface CauseRow {
  /** Of a group: its runs together. */
  cause: Cause;
  tool: string | null;
  /** It stands below its group. */
  inner: boolean;
  /** Those that are folded up in it; none: it is but one cause. */
  below: CauseRow[];
}

export function causeColumns(
  document: Document,
  isOpen: (row: CauseRow) => boolean,
  turn: (row: CauseRow) => void,
): Column<CauseRow>[] {
  const placeOf = placesOf(document);
  return [
    {
      key: "fault",
      title: "Fault and error",
      heads: true,
      cell: (row) =>
        row.below.length > 0 ? (
          <Group row={row} open={isOpen(row)} onTurn={() => turn(row)} />
        ) : (
          <Fault {...row} />
        ),
      order: ({ cause, tool }) => `${cause.rule ?? ""} ${tool ?? ""}`,
    },
    {
      key: "response",
      title: "Then",
      says: "What the agent did first after the failed call.",
      cell: ({ cause, below }) => below.length === 0 && <Response response={cause.response} />,
      order: ({ cause, below }) => (below.length === 0 ? cause.response : null),
    },
    {
      key: "markers",
      title: "Fired",
      says: "Markers that fired in these runs.",
      cell: ({ cause, below }) => below.length === 0 && <Markers markers={cause.markers} />,
      order: ({ cause, below }) => (below.length === 0 ? cause.markers.join(" ") : null),
    },
    {
      key: "runs",
      title: "Runs",
      numeric: true,
      cell: (row) => <Runs {...row} />,
      order: ({ cause }) => cause.runs,
    },
    {
      key: "share",
      title: "Of failed",
      numeric: true,
      cell: ({ cause }) => percent(cause.share),
      order: ({ cause }) => cause.share,
    },
    {
      key: "tasks",
      title: "Tasks",
      numeric: true,
      cell: ({ cause }) => grouped(cause.tasks, 0),
      order: ({ cause }) => cause.tasks,
    },
    {
      key: "outcomes",
      title: "Ended",
      cell: ({ cause }) => cause.outcomes.map(ended).join(", "),
    },
    {
      key: "models",
      title: "Models",
      cell: ({ cause }) => <Models models={cause.models} />,
    },
    {
      key: "example",
      title: "Example",
      cell: ({ cause: { run_ids }, below }) => {
        if (below.length > 0) return null;
        const [first = ""] = run_ids;
        const run = placeOf.get(first);
        return run === undefined ? <bdi>{line(first, 12)}</bdi> : <RunLink run={run} />;
      },
    },
  ];
}

/** How many runs it is of, which leads to them: the filters hold there as well. */
function Runs({ cause, tool, below }: CauseRow) {
  const link = useRunsLink();
  const ofGroup = { rule: ruleName(cause.rule), tool: tool ?? "" };
  return (
    <a
      class="behind"
      href={link(below.length > 0 ? ofGroup : { cause: cause.example })}
      {...tip(SEE)}
    >
      {grouped(cause.runs, 0)}
    </a>
  );
}

interface GroupProperties {
  row: CauseRow;
  open: boolean;
  onTurn: () => void;
}

/** A fault in a tool, which unfolds what its causes differ by. */
function Group({ row: { cause, tool, below }, open, onTurn }: GroupProperties) {
  return (
    <button type="button" class="cause-group" aria-expanded={open} onClick={onTurn}>
      <Rule rule={cause.rule} tool={tool} />
      <span class="rule-detail">{counted(below.length, "cause")}</span>
    </button>
  );
}

function Fault({ cause: { rule, signature }, tool, inner }: CauseRow) {
  const error = bare(signature, rule, tool);
  return (
    <span class="cause-fault">
      {(!inner || error === "") && <Rule rule={rule} tool={tool} />}
      {error !== "" && <bdi class="cause-error">{line(error, 240)}</bdi>}
    </span>
  );
}

function Rule({ rule, tool }: { rule: string | null; tool: string | null }) {
  const { title, says, detail } = ruleWords(rule);
  return (
    <span {...tip(says, rule)}>
      {title}
      {detail !== null && <span class="rule-detail"> {line(detail, 40)}</span>}
      {tool !== null && (
        <>
          {" "}
          <bdi class="cause-tool">{line(tool, 60)}</bdi>
        </>
      )}
    </span>
  );
}

function Markers({ markers }: { markers: string[] }) {
  if (markers.length === 0) return <span class="unknown">{UNKNOWN}</span>;
  return (
    <span class="cause-markers">
      {markers.map((marker) => (
        <Chip key={marker}>{line(marker, 40)}</Chip>
      ))}
    </span>
  );
}

/** The rule and the tool, which a signature begins with, are said already. */
function bare(signature: string | null, rule: string | null, tool: string | null): string {
  if (signature === null) return "";
  const begun = `${rule} ${tool}`;
  if (signature === begun) return "";
  return signature.startsWith(`${begun}: `) ? signature.slice(begun.length + 2) : signature;
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
