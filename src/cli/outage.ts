import type { Outage } from '../bitcoin/io/index.ts'
import type { Events } from '../lib/index.ts'
import { withCure } from './cure.ts'

const STATES: Readonly<Record<Outage['state'], string>> = {
  silent: 'the node does not answer, waiting for it',
  starting: 'the node is starting, waiting for it',
  busy: 'the node takes no more requests for now, waiting',
  behind: 'the node is behind, waiting until it has caught up',
}

export interface OutageEvents {
  readonly unreachable: Outage
  readonly recovered: object
}

/** Notes when a node is of no use and when it answers again. Gives whether an error is the outage that was just told. */
export function noteOutages(events: Events<OutageEvents>, note: (text: string) => void): (error: Error) => boolean {
  let told: string | null = null
  events.on('unreachable', ({ state, error }) => {
    told = error.message
    note(`${STATES[state]}: ${withCure(error)}`)
  })
  events.on('recovered', () => {
    told = null
    note('the node answers again')
  })
  return ({ message }) => message === told
}
