import { errorCode } from '../lib/index.ts'
import type { ComputeNode, ResultInscribing } from '../node/index.ts'
import type { CliContext } from './context.ts'
import { withCure } from './cure.ts'
import { noteText } from './inscriber-text.ts'
import { inscribedJson, inscribedText, settledAs } from './results-text.ts'
import { duration } from './terminal.ts'
import { jsonLine, plural } from './text.ts'

/** How what a node says is shown. */
interface Telling {
  readonly terminal: CliContext['terminal']
  readonly json: boolean
  /** On standard output: the event with --json, else the line. */
  tell(event: object, line: string): void
  /** Of a program that is served, by its id. */
  nameOf(program: string): string
}

type Compute = ComputeNode['compute']

/** All that a node tells, on the terminal. */
export function tellNode(node: ComputeNode, { terminal }: CliContext, json: boolean): void {
  const { host, index, compute, inscribing, queue } = node
  const named = new Map(compute.standing.map(({ program, name }) => [program, name]))
  const tell = (event: object, line: string) => terminal.result(json ? jsonLine(event) : line)
  const telling = { terminal, json, tell, nameOf: (program: string) => named.get(program) ?? program }
  host.events.on('banned', ({ peer }) => {
    if (json) tell({ banned: peer }, '')
    else terminal.note(`peer ${peer} is not spoken with for a time`)
  })
  queue.events.on('down', ({ detail }) => terminal.note(detail))
  queue.events.on('up', () => terminal.note('the server of the queue is back'))
  queue.events.on('warning', ({ detail }) => terminal.note(detail))
  index.events.on('full', ({ error }) => terminal.note(`blocks wait for room: ${withCure(error)}`))
  compute.events.on('error', (error) => terminal.note(withCure(error)))
  tellPlace(compute, telling)
  tellRounds(compute, telling)
  tellResults(compute, telling)
  tellRequests(compute, telling, inscribing !== null)
  if (inscribing !== null) tellInscribing(inscribing, telling)
}

function tellPlace(compute: Compute, { tell, nameOf }: Telling): void {
  let before = ''
  compute.events.on('tip', (tip) => {
    const line = `height ${tip.height}  ${plural(tip.registered, 'peer')} registered`
    // The feed begins with the tip that the chain was brought up to.
    if (before !== `${tip.blockHash} ${line}`) tell({ tip }, line)
    before = `${tip.blockHash} ${line}`
  })
  compute.events.on('serves', (serves) => {
    tell({ serves }, `peer ${serves.key} serves ${serves.programs.map(nameOf).join(', ')}`)
  })
}

function tellRounds(compute: Compute, { terminal, json, tell, nameOf }: Telling): void {
  compute.events.on('elected', (elected) => {
    const { program, height, rank, ms } = elected
    const place = rank === null ? 'not in the order: a registered peer is' : `in place ${rank + 1}`
    const turn = ms === 0 ? 'proves now' : `proves in ${duration(ms / 1000)} unless another does before`
    tell({ elected }, `${nameOf(program)}  height ${height}  ${place}, ${turn}`)
  })
  compute.events.on('proving', (proving) => {
    tell({ proving }, `${nameOf(proving.program)}  height ${proving.height}  proving`)
  })
  compute.events.on('stopped', (stopped) => {
    tell({ stopped }, `${nameOf(stopped.program)}  height ${stopped.height}  stopped: it is not needed any more`)
  })
  compute.events.on('nothing', (nothing) => {
    tell({ nothing }, `${nameOf(nothing.program)}  height ${nothing.height}  nothing to prove at this block`)
  })
  compute.events.on('failed', ({ program, height, failure }) => {
    const why = failure instanceof Error ? withCure(failure) : `${failure.reject}: ${failure.detail}`
    terminal.note(`${nameOf(program)} was not proved at height ${height}: ${why}`)
  })
  compute.events.on('paused', ({ program, failures, ms }) => {
    const pause = `paused for ${duration(ms / 1000)} after ${plural(failures, 'failure')}`
    if (json) tell({ paused: { program, failures, ms } }, '')
    else terminal.note(`${nameOf(program)} is ${pause}; results of peers are heard`)
  })
}

function tellResults(compute: Compute, { terminal, json, tell, nameOf }: Telling): void {
  compute.events.on('result', ({ program, identity, message: { result }, from, ms }) => {
    const { height } = result
    const seconds = ms === null ? null : Math.round(ms) / 1000
    const after = seconds === null ? '' : ` ${duration(seconds)} after its block`
    const by = from === null ? 'proved here' : `by ${from}`
    const told = { program, identity, height, from, seconds }
    tell({ result: told }, `${nameOf(program)}  height ${height}  result ${identity} ${by}${after}`)
  })
  compute.events.on('ungossiped', ({ program, identity, height, reject, detail }) => {
    if (json) tell({ ungossiped: { program, identity, height, reject } }, '')
    else terminal.note(`${nameOf(program)} at height ${height} is not gossiped, peers prove it themselves: ${detail}`)
  })
  compute.events.on('refused', ({ program, peer, reject, detail }) => {
    if (json) tell({ refused: { program, peer, reject } }, '')
    else terminal.note(`a result of ${nameOf(program)} by ${peer} is not taken: ${reject}: ${detail}`)
  })
}

function tellRequests(compute: Compute, { terminal, json, tell, nameOf }: Telling, inscribes: boolean): void {
  compute.events.on('requested', (requested) => {
    const by = requested.peer ?? `the record ${requested.request}`
    tell({ requested }, `${nameOf(requested.program)}  asked for by ${by}`)
  })
  compute.events.on('unserved', ({ request, program, peer, reject, detail }) => {
    if (json) tell({ unserved: { request, program, peer, reject } }, '')
    else terminal.note(`not proved for ${peer ?? `the record ${request}`}: ${reject}: ${detail}`)
  })
  compute.events.on('answered', ({ placed: { id, program }, request: { destination }, identity }) => {
    const isUnpaid = destination === 'inscription' && !inscribes
    const unpaid = isUnpaid ? '; nothing here pays for its record: give satoshis by --inscribe-requests' : ''
    const told = { request: id, program, identity, destination, inscribes: destination === 'inscription' && inscribes }
    tell({ answered: told }, `${nameOf(program)}  answers ${id}: result ${identity}${unpaid}`)
  })
  compute.events.on('withdrawn', (withdrawn) => {
    tell({ withdrawn }, `${nameOf(withdrawn.program)}  the record ${withdrawn.request} asks no longer`)
  })
}

function tellInscribing(
  { publisher, inscriber, logs }: ResultInscribing,
  { terminal, json, tell, nameOf }: Telling,
): void {
  inscriber.events.on('note', (note) => terminal.note(noteText(note)))
  logs?.events.on('storing', (storing) => tell({ storing }, `log ${storing.content} is on its way to storage`))
  logs?.events.on('stored', (stored) => tell({ stored }, `log ${stored.content} is in storage`))
  logs?.events.on('failed', ({ content, error }) => {
    if (json) tell({ unstored: { content, error: errorCode(error) } }, '')
    terminal.note(`log ${content} is not in storage yet: ${withCure(error)}`)
  })
  inscriber.events.on('problem', (error) => terminal.note(withCure(error)))
  publisher.events.on('settled', ({ program, identity, height, outcome }) => {
    const told = { program, identity, height, ...inscribedJson(outcome) }
    tell({ [settledAs(outcome)]: told }, `${nameOf(program)}  height ${height}  ${inscribedText(outcome)}`)
  })
  publisher.events.on('spared', ({ program, identity, height, id }) => {
    tell({ counts: { program, identity, height, id } }, `${nameOf(program)}  height ${height}  counts, by ${id}`)
  })
  publisher.events.on('failed', ({ program, identity, height, error }) => {
    if (json) tell({ uninscribed: { program, identity, height, error: errorCode(error) } }, '')
    terminal.note(
      `${nameOf(program)} at height ${height} was not inscribed: ${withCure(error)}; again at the next block`,
    )
  })
}
