/** What is looked for, which goes along from one page to another. */

/** Of what a view keeps in the address: the words that are looked for, and how a run is shown. */
export function kept({ find, show }: Record<string, string>): Record<string, string> {
  return { ...(find !== undefined && { find }), ...(show !== undefined && { show }) };
}
