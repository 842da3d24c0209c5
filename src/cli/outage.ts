import type { Outage } from '../bitcoin/io/index.ts'
import { withCure } from './cure.ts'

const STATES: Readonly<Record<Outage['state'], string>> = {
  silent: 'the node does not answer, waiting for it',
  starting: 'the node is starting, waiting for it',
  busy: 'the node takes no more requests for now, waiting',
  behind: 'the node is behind, waiting until it has caught up',
}

/** One line on a node that is of no use for now. */
export function outageText({ state, error }: Outage): string {
  return `${STATES[state]}: ${withCure(error)}`
}
