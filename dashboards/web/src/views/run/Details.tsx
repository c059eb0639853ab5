/** All that is known of one step. */

import { useReport } from "../../app/context.ts";
import type { Place } from "../../data/types.ts";
import { Marked } from "../../text/Marked.tsx";
import { RecordedText } from "../../text/RecordedText.tsx";
import { line } from "../../text/visible.ts";
import { CallDetails } from "./CallDetails.tsx";
import type { Episode } from "./episodes.ts";
import { EpisodeNote } from "./EpisodeNote.tsx";
import { Facts, type Fact } from "./Facts.tsx";
import { KindIcon } from "./KindIcon.tsx";
import { spanLinks } from "./links.ts";
import { OutLinks } from "./OutLinks.tsx";
import { Part } from "./Part.tsx";
import type { RunSteps, Span } from "./rows.ts";
import { ScoreList } from "./ScoreList.tsx";
import { SpanTexts } from "./SpanTexts.tsx";
import { spanFacts } from "./spanFacts.ts";
import type { Step } from "./tree.ts";
import { calledWords, KINDS, kindOf, LONGEST_ERROR, title } from "./words.ts";

interface Properties {
  run: Place;
  step: Step;
  steps: RunSteps;
  episodes: Episode[];
  onSelect: (key: string) => void;
}

export function Details({ run, step, steps, episodes, onSelect }: Properties) {
  const { document } = useReport();
  const { span } = step;
  const kind = kindOf(step);
  const links = span ? spanLinks(document, run, span.id, span.trace) : [];
  const own = episodes.filter(({ attempts }) => attempts.some(({ step: key }) => key === step.key));
  return (
    <>
      <header class="step-head">
        <p class="kind">
          <KindIcon kind={kind} />
          <span>
            {KINDS[kind]}
            {span?.turn != null && `, turn ${span.turn}`}
          </span>
        </p>
        <h3>
          <bdi>
            <Marked text={title(step)} />
          </bdi>
        </h3>
        <OutLinks links={links} />
      </header>
      <Facts facts={span ? spanFacts(span) : NOT_RECORDED} />
      {span && step.calls.length === 0 && <SpanError span={span} />}
      {own.map((episode) => (
        <EpisodeNote key={episode.says} episode={episode} at={step.key} onSelect={onSelect} />
      ))}
      {step.calls.map((call) => (
        <CallDetails
          key={call.call}
          call={call}
          error={span?.error_type ?? null}
          name={calledWords(step, call)}
        />
      ))}
      {span && (
        <SpanTexts span={span} step={step} onSelect={onSelect} hasCalls={step.calls.length > 0} />
      )}
      <ScoreList scores={step.scores} steps={steps} onSelect={onSelect} />
      {span && span.notes.length > 0 && (
        <Part title="Notes on the recording">
          <p class="notes">{span.notes.map((note) => line(note, 60)).join(", ")}</p>
        </Part>
      )}
    </>
  );
}

const NOT_RECORDED: Fact[] = [{ name: "Time", value: "not recorded: no span tells of this call" }];

/** In a line as far as it has room; what is longer stands below it. */
function SpanError({ span }: { span: Span }) {
  if (span.status !== "error" && span.error_message === null) return null;
  const { error_type, error_message: told } = span;
  const long = told !== null && (typeof told !== "string" || told.length > ROOM);
  const said = told === null || long ? "" : line(told, ROOM);
  if (error_type === null && told === null) return null;
  return (
    <div class="step-error">
      {error_type !== null && (
        <strong>
          <Marked text={line(error_type, LONGEST_ERROR)} />
        </strong>
      )}
      {error_type !== null && said !== "" && ": "}
      <bdi>
        <Marked text={said} />
      </bdi>
      {long && <RecordedText text={told} plain />}
    </div>
  );
}

const ROOM = 600;
