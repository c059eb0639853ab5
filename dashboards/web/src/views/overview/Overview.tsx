/** How runs came out, what they took, and how the agent worked on the way. */

import { Later } from "../../app/Later.tsx";
import { AllScores } from "./AllScores.tsx";
import { Caution } from "./Caution.tsx";
import { Distribution } from "./Distribution.tsx";
import { Headline } from "./Headline.tsx";
import { Markers } from "./Markers.tsx";
import { Outcomes } from "./Outcomes.tsx";
import { Resources } from "./Resources.tsx";
import { Taskless } from "./Taskless.tsx";
import { TraceMetrics } from "./TraceMetrics.tsx";
import "./overview.css";

/** In two goes, so that neither keeps a filter from being answered. */
const BELOW = (
  <>
    <TraceMetrics />
    <Resources />
    <Later>
      <Distribution />
      <Markers />
      <AllScores />
    </Later>
  </>
);

export function Overview() {
  return (
    <>
      <Caution />
      <Headline />
      <Outcomes />
      <Taskless />
      <Later>{BELOW}</Later>
    </>
  );
}
