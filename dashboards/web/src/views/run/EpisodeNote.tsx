/** What followed the failed call that a step belongs to, attempt by attempt. */

import { endWords, responseWords } from "../../words/steps.ts";
import { line } from "../../text/visible.ts";
import type { Attempt, Episode } from "./episodes.ts";

interface Properties {
  episode: Episode;
  /** The step that is looked at. */
  at: string;
  onSelect: (key: string) => void;
}

/** Of a long row of attempts the first and the last. */
const MOST = 6;

export function EpisodeNote({ episode, at, onSelect }: Properties) {
  const { attempts, label, recovered, says } = episode;
  const { title, says: means } = endWords(label);
  const shown =
    attempts.length > MOST ? [...attempts.slice(0, 3), ...attempts.slice(-2)] : attempts;
  const left = attempts.length - shown.length;
  return (
    <section class={recovered ? "episode-note recovered" : "episode-note lost"}>
      <h4>{title}</h4>
      <p>
        <bdi>{says === "" ? means : line(says, 400)}</bdi>
      </p>
      {attempts.length > 1 && (
        <ol>
          {shown.map((attempt, place) => (
            <li key={attempt.step}>
              <button
                type="button"
                class="plain"
                aria-current={attempt.step === at ? "step" : undefined}
                onClick={() => onSelect(attempt.step)}
              >
                {called(attempt)}
              </button>
              {left > 0 && place === 2 && <span class="left-out">… {left} more</span>}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function called({ response }: Attempt): string {
  return response === null ? "Failed" : responseWords(response).title;
}
