/** What all parts of a document are made of. */

export type Axis = "model" | "revision" | "tier" | "harness";

/** What sides may be the values of: an axis of the variants, or the experiment. */
export type Dimension = Axis | "experiment";

export type Pivot = Dimension | "variant" | "all";

export type Flag = 0 | 1;

/** A place in a list of the document. */
export type Place = number;

/** A text as it is; or its beginning, with where the rest of it is. */
export type Cut = string | { cut: string; length: number; key: string };
