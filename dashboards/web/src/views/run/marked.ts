/** The marks that are drawn, one of which is pointed at. */

const CURRENT = "aria-current";

/** Those that can be seen, in order. */
export function drawnMarks(body: HTMLElement | null): HTMLElement[] {
  return seen(body, "[data-searched] mark");
}

/** Whether what is searched can be seen: on a narrow screen a step may not be open yet. */
export function isDrawn(body: HTMLElement | null): boolean {
  return seen(body, "[data-searched]").length > 0;
}

function seen(body: HTMLElement | null, selector: string): HTMLElement[] {
  const all = [...(body?.querySelectorAll<HTMLElement>(selector) ?? [])];
  return all.filter((each) => each.getClientRects().length > 0);
}

/** The place of the one that is pointed at; -1: none is. */
export function pointedAt(marks: HTMLElement[]): number {
  return marks.findIndex((mark) => mark.hasAttribute(CURRENT));
}

export function pointAt(marks: HTMLElement[], mark: HTMLElement): void {
  for (const each of marks) each.removeAttribute(CURRENT);
  mark.setAttribute(CURRENT, "true");
  mark.scrollIntoView({ block: "nearest" });
}
