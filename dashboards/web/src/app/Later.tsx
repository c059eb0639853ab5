/** What is below the first screen: drawn after what is above it has been shown. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ReportProvider, useReport } from "./context.ts";
import type { Report } from "./context.ts";

/** Its children are to be the same ones each time, or they are drawn with those above. */
export function Later({ children }: { children: ComponentChildren }) {
  const report = useReport();
  const [shown, setShown] = useState<Report | null>(null);
  useEffect(() => {
    if (shown === report) return undefined;
    const asked = setTimeout(() => setShown(report));
    return () => clearTimeout(asked);
  }, [report, shown]);
  return shown && <ReportProvider value={shown}>{children}</ReportProvider>;
}
