import type { BitcoindClient } from '../bitcoin/io/index.ts'
import type { IndexService } from '../settlement/io/index.ts'
import type { CliContext } from './context.ts'
import { duration } from './terminal.ts'

/** Tells how far an index is, until it has all that the node had when it began. */
export function noteScan(
  { events }: Pick<IndexService, 'events'>,
  { client }: { readonly client: BitcoindClient },
  { terminal, clock }: CliContext,
): void {
  let first: { readonly height: number; readonly at: number } | null = null
  let goal: number | null = null
  let isIn = false
  events.on('tip', () => {
    if (!isIn) terminal.settle()
    isIn = true
  })
  events.on('connected', ({ height }) => {
    if (isIn) return
    if (first === null) {
      first = { height, at: clock() }
      // Without an answer the goal stays unknown; that the node is silent is told elsewhere.
      client.getBlockCount().then(
        (count) => {
          goal = count
        },
        () => undefined,
      )
    }
    const done = height - first.height
    const seconds = (clock() - first.at) / 1000
    const left = goal === null || done === 0 ? '' : `, ${duration((seconds * Math.max(0, goal - height)) / done)} left`
    terminal.progress(`scanning: block ${height}${goal === null ? '' : ` of ${goal}`}${left}`)
  })
}
