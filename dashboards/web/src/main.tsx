/** Draws the report that its page holds. */

import "./style/index.css";
import { render } from "preact";
import { App } from "./app/App.tsx";
import { readDocument } from "./data/page.ts";

async function start(): Promise<void> {
  const root = document.getElementById("app");
  if (!root) return;
  try {
    const content = await readDocument();
    root.replaceChildren();
    render(<App document={content} />, root);
  } catch (error) {
    // What the page shows without a script stays: a reader has that at least.
    const said = document.createElement("p");
    said.role = "alert";
    said.textContent = `This report could not be drawn: ${String(error)}`;
    root.prepend(said);
    throw error;
  }
}

void start();
