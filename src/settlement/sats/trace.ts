import { decodePointer, parseEnvelopes, type Transaction } from '../../bitcoin/index.ts'

/** An output that a transaction spends, as far as its sats go. */
export interface SpentOutput {
  /** Satoshis. */
  readonly value: bigint
}

/** Sats of an output: those from `from` up to but not including `to`, counted from its first. */
export interface SatRange {
  readonly from: bigint
  readonly to: bigint
}

export interface OutputRange extends SatRange {
  readonly output: number
}

export interface InputRange extends SatRange {
  readonly input: number
}

/**
 * Whether a transaction inscribes one of these sats of its outputs. Sats go from inputs to outputs in order (ord: first
 * in, first out); an inscription is on the first sat of the input that reveals it, or on the one its pointer names.
 * `spent` is one for each input, in order.
 */
export function inscribes(tx: Transaction, spent: readonly SpentOutput[], range: OutputRange): boolean {
  const { from, to } = absolute(tx, range)
  return parseEnvelopes(tx).some(({ input, pointer, unbound }) => {
    if (unbound) return false
    const first = total(spent.slice(0, input))
    const pointed = pointer === null ? null : decodePointer(pointer)
    // ord takes a pointer only where it names a sat of the outputs; one more place to look at does no harm.
    return [first, pointed].some((at) => at !== null && from <= at && at < to)
  })
}

/** Where these sats of a transaction's outputs were before it. */
export function cameFrom(tx: Transaction, spent: readonly SpentOutput[], range: OutputRange): InputRange[] {
  const { from, to } = absolute(tx, range)
  const found: InputRange[] = []
  let begin = 0n
  for (const [input, { value }] of spent.entries()) {
    const end = begin + value
    const [low, high] = [from > begin ? from : begin, to < end ? to : end]
    if (low < high) found.push({ input, from: low - begin, to: high - begin })
    begin = end
  }
  return found
}

/** Counted from the first sat of the first output. */
function absolute({ outputs }: Transaction, { output, from, to }: OutputRange): SatRange {
  const before = total(outputs.slice(0, output))
  return { from: before + from, to: before + to }
}

function total(values: readonly SpentOutput[]): bigint {
  return values.reduce((sum, { value }) => sum + value, 0n)
}
