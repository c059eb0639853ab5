/** How many failed runs each fault accounts for. */

import { line } from "../../text/visible.ts";
import { counted, grouped, percent } from "../../words/amounts.ts";
import { ruleWords } from "../../words/steps.ts";
import { tip } from "../../components/Tips.tsx";

interface Properties {
  rules: { rule: string | null; runs: number }[];
  failed: number;
  chosen: string | null;
  onChoose: (rule: string | null) => void;
}

export function Rules({ rules, failed, chosen, onChoose }: Properties) {
  const most = Math.max(...rules.map(({ runs }) => runs), 1);
  return (
    <ul class="rules">
      {rules.map(({ rule, runs }) => {
        const { title, says, detail } = ruleWords(rule);
        const name = rule ?? "none";
        const share = percent(runs / failed);
        return (
          <li key={name}>
            <button
              type="button"
              aria-pressed={chosen === name}
              onClick={() => onChoose(chosen === name ? null : name)}
              {...tip(says, `${grouped(runs, 0)} of ${counted(failed, "failed run")}`)}
            >
              <span class="rule-name">
                {line(title, 60)}
                {detail !== null && <span class="rule-detail"> {line(detail, 40)}</span>}
              </span>
              <span class="rule-bar" aria-hidden="true">
                <span style={{ width: `${(100 * runs) / most}%` }} />
              </span>
              <span class="rule-count">
                {grouped(runs, 0)}
                <span class="hidden"> failed runs</span>
              </span>
              <span class="rule-share">{share}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
