/** Says beside the bundle which sources it was built from, and what came of them. */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { digest } from "./sources.ts";

const BUILT = ["report.css", "report.js"];

export function seal(root: string): Plugin {
  return {
    name: "seal",
    apply: "build",
    // Of a page these are read as others: its policy would then refuse the script.
    generateBundle(_, built) {
      for (const each of Object.values(built)) {
        if (each.type === "chunk" && /[\0\r]/.test(each.code)) {
          this.error(`${each.fileName} holds a sign that no page can: put it in by join()`);
        }
      }
    },
    writeBundle({ dir: bundle = "" }) {
      const files = Object.fromEntries(
        BUILT.map((name) => [
          name,
          createHash("sha256")
            .update(readFileSync(join(bundle, name)))
            .digest("hex"),
        ]),
      );
      const sealed = { sources: digest(root), files };
      writeFileSync(join(bundle, "bundle.json"), `${JSON.stringify(sealed, null, 2)}\n`);
    },
  };
}
