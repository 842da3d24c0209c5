import { type ProvedChain, verifyJson } from '../bus/pure.ts'
import { copyButton, el, icon } from './dom.ts'
import { duration, type Fact, factsOf, keyCaution } from './facts.ts'
import { failureText, reasonText } from './reasons.ts'
import type { SessionState } from './session.ts'

const TICK = 'M5 13l4.500 4.500L19 7'
const CROSS = 'M6 6l12 12M18 6L6 18'
const QUESTION = 'M9 9a3 3 0 1 1 4.200 2.700c-.8.4-1.200 1-1.200 1.800M12 17.500v.01'
const CLOCK = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 2'

/** Something the reader may do about a refusal. */
export interface Remedy {
  readonly label: string
  act(): void
}

/** Verdict (read aloud when it changes) and the details below it. */
export interface ResultView {
  readonly verdict: HTMLElement
  readonly details: readonly Node[]
}

export function idleView(ready: boolean, remedies: readonly Remedy[] = []): ResultView {
  if (remedies.length > 0) {
    return {
      verdict: banner('waiting', CLOCK, 'Not verified', 'Cancelled.', ...remedies.map(remedyButton)),
      details: [],
    }
  }
  const text = ready ? 'The verifier is loaded. Choose or drop a proof.' : 'Choose or drop a proof.'
  return { verdict: banner('waiting', CLOCK, 'No proof yet', text), details: [promise()] }
}

/** What a proof is of, while there is none to show. */
function promise(): HTMLElement {
  const rules = [
    'each header names the one before it, by double SHA-256',
    'nBits is what the height requires, retargets included',
    'the hash, all 256 bits of it, is at most the target',
    'the time is above the median of the last eleven',
    'the version is as BIP34, 66 and 65 require',
    'chainwork is the sum of all their work',
    'every block hash is in the accumulator',
    'no time is more than two hours ahead of your clock',
  ]
  const list = el('ul', {}, ...rules.map((rule) => el('li', {}, rule)))
  return el(
    'div',
    { class: 'promise' },
    el('p', {}, 'For every header after the start, a valid proof shows that'),
    list,
  )
}

export function judgedView(
  state: Extract<SessionState, { kind: 'judged' }>,
  builtInKey: string,
  remedies: readonly Remedy[],
): ResultView {
  const { result, verifyMs } = state.judgement
  const json = jsonBlock(verifyJson(result))
  const keyText = keyCaution(state.verifier.keyId, builtInKey)
  // In the banner, whatever the verdict: it is read aloud with it.
  const ownKey = keyText === undefined ? [] : [el('p', {}, el('strong', {}, 'Not the built-in key.'), ` ${keyText}`)]
  if (!result.valid) {
    const why = `${reasonText(result.reason)} (${result.reason}: ${result.detail}.) Judged as ${result.network}.`
    return {
      verdict: banner('invalid', CROSS, 'Refused', why, ...ownKey, ...remedies.map(remedyButton)),
      details: [json],
    }
  }
  const timing = { loadMs: state.verifier.loadMs, verifyMs, proofBytes: state.request.proof.length }
  const told = `A chain of ${result.network} up to height ${result.height.toLocaleString('en')}, verified in ${duration(verifyMs)}.`
  // Green is for proofs that nobody can forge, told by this program alone.
  const [kind, title] =
    result.setup === 'insecure-dev'
      ? ['caution', 'Valid, but INSECURE-DEV']
      : keyText === undefined
        ? ['valid', 'Valid proof']
        : ['caution', 'Valid by the key given']
  return {
    verdict: banner(kind, TICK, title, told, ...ownKey),
    details: [cautionList(result), factList(factsOf(result, timing, state.request.now)), json],
  }
}

export function failedView(
  { error }: Extract<SessionState, { kind: 'failed' }>,
  remedies: readonly Remedy[],
): ResultView {
  const verdict = banner(
    'unjudged',
    QUESTION,
    'Could not be judged',
    failureText(error.code),
    ...remedies.map(remedyButton),
  )
  verdict.querySelector('.body')?.append(el('p', { class: 'mono' }, error.message))
  return { verdict, details: [] }
}

function remedyButton({ label, act }: Remedy): HTMLElement {
  return el('button', { type: 'button', class: 'button', click: act }, label)
}

function banner(kind: string, path: string, title: string, text: string, ...more: HTMLElement[]): HTMLElement {
  return el(
    'div',
    { class: `verdict ${kind}` },
    icon(path),
    el('h3', {}, title),
    el('div', { class: 'body' }, el('p', {}, text), ...more),
  )
}

function cautionList(chain: ProvedChain): HTMLElement {
  const items: HTMLElement[] = []
  if (chain.setup === 'insecure-dev') {
    items.push(caution('INSECURE-DEV.', 'The setup’s secret is published: anyone can forge a proof like this one.'))
  }
  if (chain.pow === 'weak') {
    items.push(caution('pow: weak.', `Headers of ${chain.network} cost little to make; the work says little.`))
  }
  if (chain.anchor !== null) {
    items.push(caution('Anchored.', 'Nothing before the anchor is proved; work is counted from it.'))
  }
  return el('ul', { class: 'cautions', 'aria-label': 'Cautions' }, ...items)
}

function caution(title: string, text: string): HTMLElement {
  return el('li', {}, el('strong', {}, title), ` ${text}`)
}

function factList(facts: readonly Fact[]): HTMLElement {
  return el('dl', { class: 'facts' }, ...facts.map(factRow))
}

function factRow({ label, value, note, mono, copy, bad }: Fact): HTMLElement {
  const classes = ['value', mono ? 'mono' : '', bad ? 'bad' : ''].join(' ').trim()
  const description = el('dd', {}, el('span', { class: classes }, value))
  if (note !== undefined) description.append(el('span', { class: 'note' }, note))
  if (copy) description.append(copyButton(value, label.toLowerCase()))
  return el('div', {}, el('dt', {}, label), description)
}

/** Shown indented; copied as the command prints it, on one line. */
function jsonBlock(json: Record<string, unknown>): HTMLElement {
  const summary = el('summary', {}, 'As JSON, equal to ', el('code', {}, 'wsc bus verify --json'))
  const body = el('details', {}, summary, el('pre', { id: 'json', tabindex: '0' }, JSON.stringify(json, null, 2)))
  return el('div', { class: 'json' }, body, copyButton(JSON.stringify(json), 'JSON'))
}
