/** What a score is called by people, and in files and commands. */

import { line } from "../text/visible.ts";
import { scoreTitle } from "../words/scores.ts";

export function ScoreName({ name }: { name: string }) {
  return (
    <span class="score-title">
      <bdi>{line(scoreTitle(name), 80)}</bdi>
      <bdi class="mono">{line(name, 80)}</bdi>
    </span>
  );
}
