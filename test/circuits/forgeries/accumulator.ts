import { regtest } from '../../../src/bitcoin/index.ts'
import { append, emptyAccumulator } from '../../../src/bus/accumulator.ts'
import type { ChainState } from '../../../src/bus/state.ts'
import { poseidon } from '../../bus/poseidon-reference.ts'
import type { Lies } from '../model/signals.ts'
import { after, nextHeader, stateAt, stepOf, withPeaks } from '../scenario.ts'
import type { Attempt, Forgery } from './forgery.ts'

const EMPTY = emptyAccumulator(poseidon).commitment

/** A state whose history has `leaves` leaves. */
function withHistory(leaves: number): ChainState {
  const state = stateAt({ params: regtest, height: 100 })
  let history: ChainState['history'] = emptyAccumulator(poseidon)
  for (let i = 0; i < leaves; i++) history = append(poseidon, history, [BigInt(i), 5n, BigInt(i)])
  return { ...state, history: history as never }
}

type Peaks = Readonly<Record<number, bigint>>

/** `peaks` replaces openings: those given, or worked out from the honest ones. */
function step(
  leaves: number,
  lies: Lies = {},
  peaks: Peaks | ((honest: readonly bigint[]) => Peaks) = {},
  two = false,
): Attempt {
  const state = withHistory(leaves)
  const first = nextHeader(state)
  const second = two ? nextHeader(after(state, first)) : undefined
  const input = stepOf(state, first, second)
  return {
    state,
    headers: [first, second],
    input: withPeaks(input, typeof peaks === 'function' ? peaks(input.peaks) : peaks),
    lies,
  }
}

/** Slot 1 opens the whole list before, as if slot 0 had not merged. */
const openWhole = ([root, size, rest]: readonly bigint[]): Peaks => ({ 6: root!, 7: size!, 8: rest! })
const openEmpty = (): Peaks => ({ 6: 0n, 7: 0n, 8: 0n })

const forged = (name: string, attempt: () => Attempt, refusedBy: readonly string[]): Forgery => ({
  rule: 'accumulator',
  name,
  native: 'valid',
  attempt,
  refusedBy,
})

/** Rule 7: the block's hash is appended to the one history there is. */
export const accumulator: readonly Forgery[] = [
  ...[1, 2, 3, 5, 8, 14].map((leaves) =>
    forged(`${leaves} leaves before, both slots, which is valid`, () => step(leaves, {}, {}, true), []),
  ),
  // Two trees of equal size merge: after 2 and after 6 leaves (3 and 3).
  forged('a merge is skipped in slot 0', () => step(2, { 'main.append[0].equal.out': 0n }, openWhole), [
    'main.append[0].equal: inverse',
  ]),
  forged(
    'a merge is skipped, whatever inverse is claimed',
    () => step(6, { 'main.append[0].equal.inverse': 5n, 'main.append[0].equal.out': 0n }, openWhole),
    ['main.append[0].equal: inverse'],
  ),
  forged('a merge is skipped in slot 1', () => step(1, { 'main.append[1].equal.out': 0n }, {}, true), [
    'main.append[1].equal: inverse',
  ]),
  forged('a merge is forced on unequal trees', () => step(4, { 'main.append[0].equal.inverse': 0n }, openEmpty), [
    'main.append[0].equal: in or out is 0',
  ]),
  forged('a merge is forced on the only tree', () => step(1, { 'main.append[0].equal.inverse': 0n }), [
    'main.append[0].equal: in or out is 0',
    'main.append[1].opening.poseidon.sigmaF[7][3]: out',
  ]),
  forged('half a merge', () => step(4, { 'main.append[0].equal.out': 2n }), [
    'main.append[0].equal: inverse',
    'main.append[0].equal: in or out is 0',
    'main.append[1].opening.poseidon.sigmaF[7][3]: out',
  ]),
  forged("the first tree's root is another", () => step(2, {}, { 0: 7n }), ['main.opening.poseidon.sigmaF[7][3]: out']),
  forged("the first tree's size is another", () => step(2, {}, { 1: 3n }), [
    'main.append[1].opening.poseidon.sigmaF[7][3]: out',
    'main.opening.poseidon.sigmaF[7][3]: out',
  ]),
  forged('the rest of the list is another', () => step(4, {}, { 2: 7n }), [
    'main.append[0].opening.poseidon.sigmaF[7][3]: out',
    'main.opening.poseidon.sigmaF[7][3]: out',
  ]),
  forged("the second tree's root is another", () => step(2, {}, { 3: 7n }), [
    'main.append[0].opening.poseidon.sigmaF[7][3]: out',
  ]),
  forged("the second tree's size is another, so that nothing merges", () => step(2, {}, { 4: 3n }), [
    'main.append[0].opening.poseidon.sigmaF[7][3]: out',
    'main.append[1].opening.poseidon.sigmaF[7][3]: out',
  ]),
  forged('slot 1 opens another rest', () => step(2, {}, { 6: 7n }, true), [
    'main.append[1].opening.poseidon.sigmaF[7][3]: out',
  ]),
  forged('an inactive slot 1 opens nothing', () => step(2, {}, { 6: 7n, 7: 1n, 8: 1n }), [
    'main.append[1].opening.poseidon.sigmaF[7][3]: out',
  ]),
  forged('the leaf is of another height', () => step(4, { 'main.leaf[0].height': 5n }), [
    'main.leafHash[0].poseidon.sigmaF[0][1]: in2',
    'main.leafHash[0].poseidon.sigmaF[0][1]: out',
  ]),
  forged('the leaf is of another hash', () => step(4, { 'main.leaf[0].hashHigh': 5n }), [
    'main.leafHash[0].poseidon.sigmaF[0][2]: in2',
    'main.leafHash[0].poseidon.sigmaF[0][2]: out',
  ]),
  forged('the leaf is of another Merkle root and nonce', () => step(4, { 'main.leaf[0].out[2]': 5n }), [
    'main.leafHash[0].poseidon.sigmaF[0][3]: in2',
    'main.leafHash[0].poseidon.sigmaF[0][3]: out',
  ]),
  forged('the leaf appended is another', () => step(4, { 'main.append[0].leaf': 5n }), [
    'main.leafHash[0].poseidon.sigmaF[7][3]: out',
  ]),
  forged('the new root is another', () => step(4, { 'main.append[0].newRoot': 5n }), ['main.append[0]: newRoot']),
  forged('the new size is another', () => step(4, { 'main.append[0].newSize': 15n }), ['main.append[0]: newSize']),
  forged('the new list forgets the old', () => step(4, { 'main.append[0].newRest': EMPTY }, openEmpty), [
    'main.append[0]: newRest',
  ]),
  forged('the S-box of a leaf is another function', () => step(4, { 'main.leafHash[0].poseidon.sigmaP[9].in2': 5n }), [
    'main.leafHash[0].poseidon.sigmaP[9]: in2',
  ]),
]
