/** The document of this page, and its blocks of steps and full texts, each read when asked for. */

import { withCuts } from "./cuts.ts";
import { decode } from "./decode.ts";
import type { Block, Document, Steps, Texts } from "./types.ts";

declare global {
  interface Window {
    /** What scripts beside the page call; the base64 of the gzip of JSON. */
    midspan: {
      block(number: number, content: string): void;
      texts(number: number, content: string): void;
    };
  }
}

type Part = "block" | "texts";

const given = new Map<string, (content: string) => void>();
const read = new Map<string, Promise<unknown>>();

// Scripts beside the page hand over what they hold by these.
window.midspan = {
  block: (number, content) => given.get(`block ${number}`)?.(content),
  texts: (number, content) => given.get(`texts ${number}`)?.(content),
};

export function readDocument(): Promise<Document> {
  const element = document.getElementById("document");
  if (!element?.textContent) throw new Error("this page holds no report");
  return decode<Document>(element.textContent);
}

/** The steps of a block. */
export function readSteps(number: number, block: Block): Promise<Steps> {
  return once("block", number, async () => {
    const { file } = block;
    return withCuts(
      await decode(await (file === null ? here(number) : beside("block", number, file))),
    );
  });
}

/** The full texts of what is cut in a block; none where nothing is. */
export function readTexts(number: number, block: Block): Promise<Texts> {
  const { texts } = block;
  if (texts === null) return Promise.resolve({});
  return once("texts", number, async () => decode(await beside("texts", number, texts)));
}

function once<T>(part: Part, number: number, ask: () => Promise<T>): Promise<T> {
  const key = `${part} ${number}`;
  const known = read.get(key);
  if (known) return known as Promise<T>;
  const asked = ask();
  read.set(key, asked);
  // What could not be read may be there when it is asked for again.
  asked.catch(() => read.delete(key));
  return asked;
}

/** Blocks stand behind the program, which begins before a browser has read them all. */
async function here(number: number): Promise<string> {
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
  }
  return document.querySelector(`script[data-block="${number}"]`)?.textContent ?? "";
}

/** A page opened from a disk may not fetch its neighbours, but it may run them. */
function beside(part: Part, number: number, file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const key = `${part} ${number}`;
    const end = () => {
      given.delete(key);
      script.remove();
    };
    given.set(key, (content) => {
      end();
      resolve(content);
    });
    script.onerror = () => {
      end();
      reject(new Error(`${file} is not beside this page`));
    };
    script.src = file;
    document.head.append(script);
  });
}
