import type { Action } from "../operation.ts";

/** Of operations that make or turn on what is kept: what does not follow from it. Told to the operator at each call. */
const sentences = {
} as const satisfies { readonly [A in Action]?: string };

/** By operation. */
export const notDone: ReadonlyMap<string, string> = new Map(Object.entries(sentences));
