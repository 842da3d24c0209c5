/** Bytes of the longest script that is looked for: twice as many as one element of the field holds. */
export const MAX_SCRIPT_BYTES = 62

/** Blocks that one look of a node is at, and steps of a proof that it makes: so much fits into a job (`MAX_INLINE_BYTES`). */
export const MAX_COUNTED_BLOCKS = 144
export const MAX_COUNTED_STEPS = 1_024
