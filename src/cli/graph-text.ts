import type { NamedValues, Said, TransactionsResult, VerifiedStream } from '../compute/index.ts'
import type { CompiledGraph } from '../compute/io/index.ts'
import { bytesToHex } from '../lib/index.ts'
import { plural } from './text.ts'

type Named = Readonly<Record<string, bigint>>

/** Numbers as decimal digits: most are beyond what JSON's readers keep exact. */
export const digits = (named: Named) =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, String(value)]))

export function saidJson({ state, log }: Said): object {
  return { state: digits(state), log: log?.map(digits) ?? null }
}

/** Where the log of a verified result is that does not hold it; nothing for others. */
export function namedLogJson({ named }: Pick<VerifiedStream, 'named'>): object {
  return named === null ? {} : { logInStorage: bytesToHex(named.content) }
}

export function namedLogLines({ named }: Pick<VerifiedStream, 'named'>): string[] {
  return named === null ? [] : [`log       in storage, not read: ${bytesToHex(named.content)}`]
}

/** Entries of a log that are shown to people; all of them are in JSON. */
const MOST_SHOWN = 5

export function saidLines({ state, log }: Said): string[] {
  const line = (named: Named) =>
    Object.entries(named)
      .map(([name, value]) => `${name} ${value}`)
      .join('  ')
  const shown = log?.slice(-MOST_SHOWN) ?? []
  return [
    `state     ${line(state)}`,
    ...(log === null
      ? []
      : [
          `log       ${plural(log.length, 'entry', 'entries')}${log.length > shown.length ? `, the last ${shown.length}` : ''}`,
        ]),
    ...shown.map((entry) => `          ${line(entry)}`),
  ]
}

/** What is told of a graph beside its results. */
export function graphLine(graph: CompiledGraph): string {
  const { manifest, constraints } = graph
  const { circuit } = manifest.program
  if (graph.kind === 'stream') {
    return `${manifest.name}: ${circuit}, ${constraints} constraints a step of up to ${graph.slots} headers`
  }
  if (graph.kind === 'transactions') {
    return `${manifest.name}: ${circuit}, ${constraints} constraints a step over transactions`
  }
  const { input, history, arguments: given, proofSystem } = graph.manifest.program
  const over = [
    ...(input === undefined ? [] : [`an input of ${input.bytes} bytes`]),
    ...(history === undefined ? [] : [`${history.places.length} headers of each ${history.period}`]),
    ...given.map((one) => `${one.private ? 'a private' : 'an'} argument ${one.signal}`),
  ]
  return `${manifest.name}: ${circuit}, ${constraints} constraints over ${over.join(', ')}, proved by ${proofSystem}`
}

/** Public values of a circuit by name, for JSON: an argument of several elements is a list. */
export function namedJson({ outputs, arguments: given }: NamedValues): object {
  const shown = Object.entries(given).map(([name, values]) => {
    return [name, values.length === 1 ? String(values[0]) : values.map(String)] as const
  })
  return { outputs: digits(outputs), arguments: Object.fromEntries(shown) }
}

/** And for people. */
export function namedLines({ outputs, arguments: given }: NamedValues): string[] {
  const line = (name: string, value: string) => `${name.padEnd(9)} ${value}`
  return [
    ...Object.entries(outputs).map(([name, value]) => line(name, String(value))),
    ...Object.entries(given).map(([name, values]) => line(name, values.join(' '))),
  ]
}

type Payments = Pick<TransactionsResult, 'script' | 'from' | 'to' | 'outputs' | 'sum' | 'transactions'>

/** What was paid to a script, for JSON. */
export function paymentsJson({ script, from, to, outputs, sum, transactions }: Payments): object {
  const paid = { outputs: Number(outputs), satoshis: String(sum) }
  const listed = transactions.map(({ height, index }) => ({ height, index }))
  return { script: bytesToHex(script), from, to, ...paid, transactions: listed, completeness: 'not known' }
}

/** And for people. */
export function paymentLines({ script, from, to, outputs, sum, transactions }: Payments): string[] {
  return [
    `script    ${bytesToHex(script)}`,
    `counted   ${plural(transactions.length, 'transaction')} of blocks ${from} to ${to}`,
    `paid      ${sum} satoshis by ${plural(Number(outputs), 'output')}`,
  ]
}

/** What a result of headers shows: of all that the bus proof is about, or of those up to an older block. */
export function shows({ height, confirmations }: Pick<VerifiedStream, 'height' | 'confirmations'>): string {
  const upTo = confirmations === 1 ? '' : `, up to height ${height}`
  return `Shown: what the program makes of exactly the headers that the bus proof is about${upTo}.`
}
