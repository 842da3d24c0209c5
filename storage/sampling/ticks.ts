/** A win is judged by the table as of so many blocks before its own: shallow reorgs move nothing. */
export const TABLE_LAG = 6
/** Gossip of a win is in time until so many blocks have come after its own. */
export const GOSSIP_BLOCKS = 2
/** The chain's word for a win is in time up to so many blocks after its own. */
export const INSCRIBED_BLOCKS = 3
/** Ticks of which an estimate is made: a week of blocks. */
export const WINDOW_TICKS = 1_008
