import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { seal } from "./build/seal.ts";

const bundle = join(import.meta.dirname, "../midspan/dashboards/report/bundle");

/** One classic script and one sheet, which a page takes in as they are. */
export default defineConfig({
  plugins: [seal(import.meta.dirname)],
  build: {
    target: "es2022",
    outDir: bundle,
    emptyOutDir: true,
    // The page takes the sheet in by itself: nothing may be asked for.
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    reportCompressedSize: false,
    lib: {
      entry: "src/main.tsx",
      name: "midspanReport",
      formats: ["iife"],
      fileName: () => "report.js",
      cssFileName: "report",
    },
  },
  // Libraries ask for it; a page has no process.
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  test: { include: ["tests/**/*.test.ts"] },
});
