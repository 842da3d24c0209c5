import { type Opening, openList } from '../../src/bus/index.ts'
import type { ChainState } from '../../src/bus/state.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { type Advanced, headerWords, stepInput } from '../../src/bus/step-input.ts'
import type { CircuitInput } from '../../src/proving/index.ts'
import type { Chain } from './chain.ts'

/** Inputs of one step and the state vector it must give. */
export interface Step {
  readonly input: CircuitInput
  readonly next: readonly bigint[]
}

/** The chain's headers two a step, for the step circuit of the bus. */
export function busSteps(chain: Chain): Step[] {
  return groups(chain, 2).map(({ before, slots }) => ({
    input: stepInput(before, slots[0] as Advanced, slots[1]),
    next: packState((slots.at(-1) as Advanced).next),
  }))
}

/** The chain's headers `n` a step, for bench/circuits/step-n.circom. */
export function stepsOf(chain: Chain, n: number): Step[] {
  return groups(chain, n).map(({ before, slots }) => {
    const histories = [before.history, ...slots.map(({ next }) => next.history)]
    const openings: Opening[] = [
      openList(before.history),
      ...histories.slice(0, n).map(({ rest }): Opening => (rest === null ? [0n, 0n, 0n] : openList(rest))),
    ]
    const input: CircuitInput = {
      state: packState(before),
      active: slots.map(() => 1),
      words: slots.map(({ header }) => headerWords(header)),
      peaks: openings.flat(),
    }
    return { input, next: packState((slots.at(-1) as Advanced).next) }
  })
}

/** Full groups only: what is left over at the end is not used. */
function groups({ start, advanced }: Chain, n: number): { before: ChainState; slots: readonly Advanced[] }[] {
  return Array.from({ length: Math.floor(advanced.length / n) }, (_, i) => ({
    before: i === 0 ? start : (advanced[i * n - 1] as Advanced).next,
    slots: advanced.slice(i * n, (i + 1) * n),
  }))
}
