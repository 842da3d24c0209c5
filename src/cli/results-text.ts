import { type ResultBlock, type ResultEntry, type ResultEvent, SHARE_BLOCKS } from '../compute/index.ts'
import type { Inscribed, RequestUnpaid } from '../compute/io/index.ts'
import { plural } from './text.ts'

/** A record in a list: where it is, and what was found of it. */
export function listedJson(entry: ResultEntry, { height, hash }: ResultBlock, tip: number, finality: number) {
  const confirmations = tip - height + 1
  return { block: { height, hash }, confirmations, final: confirmations >= finality, ...entry }
}

export function listedLine(entry: ResultEntry, block: ResultBlock, tip: number, finality: number): string {
  const confirmations = tip - block.height + 1
  const depth = `${plural(confirmations, 'confirmation')}${confirmations >= finality ? '' : ', not final'}`
  return `${entryLine(entry)}  in block ${block.height}, ${depth}`
}

/** One record: whose result it is, and what became of it. */
function entryLine(entry: ResultEntry): string {
  const about = `${entry.id}  program ${entry.program.slice(0, 16)}  height ${entry.height}`
  switch (entry.state) {
    case 'counts':
    case 'duplicate': {
      const says = Object.entries(entry.says).map(([name, value]) => `${name} ${value}`)
      const shown = says.slice(0, MOST_SHOWN).join('  ')
      const what = entry.state === 'counts' ? 'counts' : `duplicate, paid for by ${entry.author.slice(0, 16)}`
      return `${about}  ${what}  ${shown}${says.length > MOST_SHOWN ? ' …' : ''}  completeness: ${entry.completeness}`
    }
    case 'invalid':
      return `${about}  invalid: ${entry.reason}: ${entry.detail}`
    case 'unknown':
      return `${about}  not judged: ${notJudged(entry.reason)}`
  }
}

const MOST_SHOWN = 4

/** Why nothing was found of a record or a result. */
export function notJudged(reason: Extract<ResultEntry, { readonly state: 'unknown' }>['reason']): string {
  return reason === 'no-program'
    ? 'no --graph names its program'
    : 'what it read is not at hand: blobs of storage, or several sources'
}

export function eventLine(told: ResultEvent): string {
  switch (told.event) {
    case 'result':
      return `result  ${entryLine(told.result)}  in block ${told.block.height}`
    case 'final':
      return `final   ${told.id}  in block ${told.block.height}`
    case 'undo': {
      const final = told.withdrawn.filter((one) => one.final).length
      const what = `${plural(told.withdrawn.length, 'result')} withdrawn${final === 0 ? '' : `, ${final} of them final`}`
      return `undo    back from block ${told.from.height} to ${told.to.height}: ${what}`
    }
  }
}

/** What became of a result that was to be inscribed. */
export function inscribedText(done: Inscribed | RequestUnpaid): string {
  switch (done.state) {
    case 'sent':
      return `inscribed as ${done.id} for ${done.cost} satoshis; ${done.left} of the budget are left`
    case 'gone-on-with':
      return 'it was begun before, and gone on with; nothing more is charged'
    case 'in-chain':
      return `it counts already, by ${done.id}; nothing is sent`
    case 'charged-before':
      return 'it was charged before, for another proof, by another wallet or from another folder; nothing is sent'
    case 'no-budget':
      return `it would cost ${done.cost} satoshis, the budget leaves ${done.left}; nothing is sent`
    case 'request-unpaid':
      return `${unpaidText(done)}; nothing is sent for ${done.request}`
  }
}

/** Why what others ask for is not paid for, and what an operator who wants to does. */
function unpaidText(done: RequestUnpaid): string {
  const { cost, left } = done
  switch (done.why) {
    case 'bound':
      return `it would cost ${cost} satoshis, more than any request for it allows`
    case 'budget':
      return `it would cost ${cost} satoshis, the budget for requests leaves ${left}: give more by --inscribe-requests`
    case 'share':
      return `its author has had an eighth of the budget for requests in ${SHARE_BLOCKS} blocks, and has room again from block ${done.from} on: a greater --inscribe-requests has greater shares`
  }
}

/** The same for programs, satoshis as numbers. */
export function inscribedJson(done: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(done).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  )
}

/** The event by which a node tells it: what costs nothing and stands nowhere is not called inscribed. */
export function settledAs({ state }: Inscribed | RequestUnpaid): 'inscribed' | 'counts' | 'unpaid' {
  switch (state) {
    case 'sent':
    case 'gone-on-with':
      return 'inscribed'
    case 'in-chain':
      return 'counts'
    case 'charged-before':
    case 'no-budget':
    case 'request-unpaid':
      return 'unpaid'
  }
}
