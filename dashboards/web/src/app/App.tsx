/** The page: its head, what is shown, and one view. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { Tips } from "../components/Tips.tsx";
import type { Document } from "../data/types.ts";
import { chosen as chosenRuns } from "../filters/chosen.ts";
import { Bar } from "../layout/Bar.tsx";
import { Footer } from "../layout/Footer.tsx";
import { Header } from "../layout/Header.tsx";
import { Nothing } from "../layout/Nothing.tsx";
import { isFiltered } from "../state/state.ts";
import type { View } from "../state/state.ts";
import { useLocation } from "../state/useLocation.ts";
import { Compare } from "../views/compare/Compare.tsx";
import { Coverage } from "../views/coverage/Coverage.tsx";
import { Failures } from "../views/failures/Failures.tsx";
import { Overview } from "../views/overview/Overview.tsx";
import { Reliability } from "../views/reliability/Reliability.tsx";
import { Results } from "../views/results/Results.tsx";
import { Runs } from "../views/runs/Runs.tsx";
import { RunView } from "../views/run/RunView.tsx";
import { ReportProvider } from "./context.ts";
import type { Report } from "./context.ts";
import { useFigures } from "./useFigures.ts";

const PAGES: Record<View, () => preact.JSX.Element | null> = {
  overview: Overview,
  compare: Compare,
  reliability: Reliability,
  coverage: Coverage,
  results: Results,
  failures: Failures,
  runs: Runs,
  run: RunView,
};

export function App({ document: content }: { document: Document }) {
  const [state, go] = useLocation();
  const filters = JSON.stringify(state.filters);
  const chosen = useMemo(() => chosenRuns(content, JSON.parse(filters)), [content, filters]);
  const filtered = isFiltered(state);
  const figures = useFigures(content, state, chosen, filtered);
  const scores = useMemo(
    () => new Map(content.scores.map((score) => [score.name, score])),
    [content],
  );
  const report: Report = {
    document: content,
    state,
    go,
    chosen,
    filtered,
    score: (name) => scores.get(name),
    figures,
  };
  const nothing = state.view !== "run" && chosen.length === 0;
  const View = nothing ? Nothing : PAGES[state.view];
  const main = useFocusOnChange(state.view);
  return (
    <ReportProvider value={report}>
      <a class="skip" href="#main" onClick={(event) => skip(event, main.current)}>
        Skip to the figures
      </a>
      <div class="page">
        <Header />
        {state.view !== "run" && <Bar />}
        <main ref={main} id="main" tabIndex={-1} class={`view ${state.view}`}>
          <View />
        </main>
        <Footer />
      </div>
      <Tips />
    </ReportProvider>
  );
}

/** The address belongs to the views: a skip link may not change it. */
function skip(event: Event, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}

/** Another view begins at its top, and is told from there. */
function useFocusOnChange(view: View) {
  const main = useRef<HTMLElement>(null);
  const known = useRef(view);
  useEffect(() => {
    if (known.current === view) return;
    known.current = view;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [view]);
  return main;
}
