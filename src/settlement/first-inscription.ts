import type { NetworkParams } from '../bitcoin/index.ts'

/** ord: src/chain.rs, first_inscription_height of mainnet. */
const ON_MAINNET = 767_430

/** No inscription lies in a block below this height. */
export function firstInscriptionHeight(params: NetworkParams): number {
  return params.name === 'mainnet' ? ON_MAINNET : 0
}
