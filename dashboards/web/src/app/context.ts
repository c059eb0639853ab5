/** What every view is drawn from. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Document, Figure, Place, ScoreDeclaration } from "../data/types.ts";
import { changed, format } from "../state/hash.ts";
import type { By, State } from "../state/state.ts";
import type { Go } from "../state/useLocation.ts";

export interface Report {
  document: Document;
  state: State;
  go: Go;
  /** The places of the runs that the filters let through. */
  chosen: Place[];
  filtered: boolean;
  /** The score of a name, as declared; undefined where no run has it. */
  score(name: string): ScoreDeclaration | undefined;
  figures: Figures;
}

/** What each side comes to. */
export interface Figures {
  by: By;
  /** Of the tasks alone that all sides did. */
  shared: boolean;
  sides: string[];
  /** By side. */
  of(score: ScoreDeclaration): Figure[];
  /** Of all sides together; of shared tasks alone, where only those are shown. */
  ofAll(score: ScoreDeclaration): Figure;
  /** The chosen runs of a task; of shared tasks alone, where only those are shown. */
  runs(): Place[];
  /** The side of a run, among `sides`. */
  sideOf(run: Place): Place;
  /** The runs that a figure stands on: of a side, by its place; null: of all sides. */
  behind(score: ScoreDeclaration, side: Place | null): Place[];
}

const Context = createContext<Report | null>(null);
export const ReportProvider = Context.Provider;

export function useReport(): Report {
  const report = useContext(Context);
  if (report === null) throw new Error("no report around this");
  return report;
}

/** The address of a changed state, for links. */
export function address(state: State, change: Partial<State>): string {
  return format(changed(state, change));
}
