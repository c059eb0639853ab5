/** What the bundle is built from, and one digest of all of it. */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const FILES = ["package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];
const FOLDERS = ["build", "src"];

/** The names of the sources below a folder, in the order of their bytes. */
export function sources(root: string): string[] {
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
  );
  return [...FILES, ...below.map((name) => name.replaceAll("\\", "/"))].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
}

/** SHA-256 over a line `NAME SHA-256` for each source. */
export function digest(root: string): string {
  const lines = sources(root).map((name) => `${name} ${sha256(readFileSync(join(root, name)))}\n`);
  return sha256(Buffer.from(lines.join("")));
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
