/** What this report is of, and the way to its views. */

import { useMemo } from "preact/hooks";
import { address, useReport } from "../app/context.ts";
import type { View } from "../state/state.ts";
import { tasksOf } from "../statistics/tasks.ts";
import { line } from "../text/visible.ts";
import { counted } from "../words/amounts.ts";
import { useTheme } from "./useTheme.ts";

const TABS: { view: View; title: string }[] = [
  { view: "overview", title: "Overview" },
  { view: "compare", title: "Compare" },
  { view: "reliability", title: "Reliability" },
  { view: "coverage", title: "Coverage" },
  { view: "results", title: "Results" },
  { view: "failures", title: "Failures" },
  { view: "runs", title: "Runs" },
];

export function Header() {
  const { document: report, state } = useReport();
  const tasks = tasksOf(report).names.length;
  const made = useMemo(() => day(new Date(report.made)), [report.made]);
  return (
    <header class="page-head">
      <div class="title-row">
        <div class="titles">
          <h1>
            <bdi>{line(report.title, 200)}</bdi>
          </h1>
          <p class="about">
            {counted(report.counts.runs, "run")} of{" "}
            {tasks === 0 ? "no task" : counted(tasks, "task")}
            {report.experiments.length > 1 &&
              `, ${counted(report.experiments.length, "experiment")}`}
            , made <time dateTime={report.made}>{made}</time> by midspan {report.midspan}
          </p>
        </div>
        <ThemeButton />
      </div>
      <nav aria-label="Views">
        <ul class="tabs">
          {TABS.map(({ view, title }) => (
            <li key={view}>
              <a
                href={address(state, { view, own: {} })}
                aria-current={state.view === view ? "page" : undefined}
                class={state.view === "run" && view === "runs" ? "near" : undefined}
              >
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

function ThemeButton() {
  const [theme, turn] = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button type="button" class="theme" onClick={turn} aria-label={`Use the ${other} theme`}>
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <circle cx="10" cy="10" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M10 3.75a6.25 6.25 0 0 1 0 12.5z" fill="currentColor" />
      </svg>
    </button>
  );
}

function day(date: Date): string {
  const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "long", day: "numeric" };
  return date.toLocaleDateString("en-GB", { ...options, timeZone: "UTC" });
}
