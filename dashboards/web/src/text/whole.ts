/** Texts of which a page holds the beginning, whole. */

import { createContext } from "preact";
import { useCallback, useContext, useEffect, useState } from "preact/hooks";
import { readTexts } from "../data/page.ts";
import type { Block, Cut, Place, Texts } from "../data/types.ts";
import { textOf } from "./known.ts";

/** Gives the full texts of what is shown around; null: they lie nowhere. */
export const TextsContext = createContext<(() => Promise<Texts>) | null>(null);

/** Those that are read already: what is cut is shown whole. */
export const KnownTextsContext = createContext<Texts | null>(null);

/** What reads the full texts of a block. */
export function textsOf(number: Place | null, blocks: Block[]): (() => Promise<Texts>) | null {
  const block = number === null ? undefined : blocks[number];
  return number === null || block === undefined ? null : () => readTexts(number, block);
}

export interface Load {
  status: "idle" | "busy" | "failed";
  problem: string | null;
  start: () => void;
}

/** The text as far as it is known, whether that is all of it, and what loads the rest. */
export function useWhole(text: Cut): { known: string; whole: boolean; load: Load } {
  const read = useContext(TextsContext);
  const there = useContext(KnownTextsContext);
  const [full, setFull] = useState<string | undefined>(undefined);
  const [status, setStatus] = useState<Load["status"]>("idle");
  const [problem, setProblem] = useState<string | null>(null);
  const key = typeof text === "string" ? null : text.key;
  useEffect(() => {
    setFull(undefined);
    setStatus("idle");
  }, [key, read]);
  const start = useCallback(() => {
    const fail = (why: string) => {
      setProblem(why);
      setStatus("failed");
    };
    if (key === null) return;
    if (read === null) return fail("it was not written beside this page");
    setStatus("busy");
    read().then(
      (texts) => {
        const found = textOf(texts, key);
        if (found === undefined) return fail("the file beside this page is of another report");
        setFull(found);
        setStatus("idle");
      },
      (error: unknown) => fail(error instanceof Error ? error.message : String(error)),
    );
  }, [key, read]);
  const load = { status, problem, start };
  if (typeof text === "string") return { known: text, whole: true, load };
  const whole = full ?? textOf(there, text.key);
  return { known: whole ?? text.cut, whole: whole !== undefined, load };
}
