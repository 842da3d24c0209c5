import type { BitcoindError, OutageState } from '../bitcoin/io/index.ts'

const STATES: Readonly<Record<OutageState, string>> = {
  silent: 'the node does not answer, waiting',
  starting: 'the node is starting, waiting',
  busy: 'the node takes no more requests for now, waiting',
  behind: 'the node is behind, waiting until it has caught up',
}

/** One line on a node that is of no use for now. */
export function outageText({ state, error }: { readonly state: OutageState; readonly error: BitcoindError }): string {
  return `${STATES[state]}: ${error.message}`
}
