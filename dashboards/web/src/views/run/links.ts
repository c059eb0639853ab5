/** Where a run and its steps stand on servers that they were published to. */

import type { Document, Place, Server } from "../../data/types.ts";

export interface Link {
  title: string;
  address: string;
}

const TITLES: Record<Server["name"], string> = { phoenix: "Phoenix", mlflow: "MLflow" };

export function traceLinks(document: Document, run: Place, trace: string | null): Link[] {
  return links(document, run, (server) => filled(server.trace, { trace, span: null }));
}

export function spanLinks(document: Document, run: Place, span: string, trace: string): Link[] {
  return links(document, run, (server) => filled(server.span, { trace, span }));
}

/** A page of a server by its template; null where it needs what is not known, or is no web page. */
export function filled(
  template: string | null,
  ids: { trace: string | null; span: string | null },
): string | null {
  if (template === null || !/^https?:\/\//i.test(template)) return null;
  let whole = true;
  const address = template.replace(/\{(span|trace)\}/g, (_, name: "span" | "trace") => {
    const id = ids[name];
    whole &&= id !== null;
    return encodeURIComponent(id ?? "");
  });
  return whole ? address : null;
}

function links(document: Document, run: Place, to: (server: Server) => string | null): Link[] {
  return document.servers
    .filter(({ runs }) => runs.includes(run))
    .flatMap((server) => {
      const address = to(server);
      return address === null ? [] : [{ title: TITLES[server.name], address }];
    });
}
