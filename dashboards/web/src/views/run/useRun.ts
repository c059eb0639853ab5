/** The steps of one run, read from its block when it is looked at. */

import { useEffect, useState } from "preact/hooks";
import { readSteps } from "../../data/page.ts";
import type { Document, Place } from "../../data/types.ts";
import { type RunSteps, rowsOf } from "./rows.ts";

export type Read =
  | { status: "reading" }
  | { status: "none" }
  | { status: "failed"; problem: string; again: () => void }
  | { status: "read"; steps: RunSteps };

export function useRun(document: Document, run: Place): Read {
  const [found, setFound] = useState<{ run: Place; read: Read } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const number = document.runs.block[run] ?? null;
  const row = document.runs.row[run] ?? null;
  useEffect(() => {
    const block = number === null ? undefined : document.blocks[number];
    if (number === null || row === null || block === undefined) return undefined;
    let wanted = true;
    readSteps(number, block).then(
      (steps) => {
        if (wanted) setFound({ run, read: { status: "read", steps: rowsOf(steps, row) } });
      },
      (error: unknown) => {
        const problem = error instanceof Error ? error.message : String(error);
        const again = () => setAttempt((count) => count + 1);
        if (wanted) setFound({ run, read: { status: "failed", problem, again } });
      },
    );
    return () => {
      wanted = false;
    };
  }, [document, run, number, row, attempt]);
  if (number === null) return { status: "none" };
  return found?.run === run ? found.read : { status: "reading" };
}
