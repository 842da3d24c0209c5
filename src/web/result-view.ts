import { type ProvedChain, verifyJson } from '../bus/index.ts'
import { attestationView } from './attestation-view.ts'
import { certificateView } from './certificate-view.ts'
import { el } from './dom.ts'
import { duration, factsOf, grouped, keyCaution } from './facts.ts'
import { failureText, reasonText } from './reasons.ts'
import type { SessionState } from './session.ts'
import {
  banner,
  CLOCK,
  CROSS,
  factList,
  jsonBlock,
  QUESTION,
  type Remedy,
  type ResultView,
  remedyButton,
  TICK,
  type VerdictKind,
} from './view-parts.ts'

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

type Judged = Extract<SessionState, { kind: 'judged' }>

/** The proof's verdict, and under it those of attestation and certificate, whose details come first: they were asked. */
export function judgedView(state: Judged, builtInKey: string, remedies: readonly Remedy[]): ResultView {
  const proof = proofView(state, builtInKey, remedies)
  const attestation = attestationView(state, state.verifier.keyId !== builtInKey)
  const certificate = state.question.certificate === undefined ? undefined : certificateView(state.certified)
  const under = [attestation, certificate].filter((view) => view !== undefined)
  if (under.length === 0) return proof
  return {
    verdict: el('div', { class: 'verdicts' }, proof.verdict, ...under.map(({ verdict }) => verdict)),
    details: [
      ...under.flatMap(({ details }) => details),
      el('h3', { class: 'part' }, 'What the proof shows'),
      ...proof.details,
    ],
  }
}

function proofView(state: Judged, builtInKey: string, remedies: readonly Remedy[]): ResultView {
  const { result, network, verifyMs } = state.judgement
  const { proof, now } = state.question.request
  const json = jsonBlock('json', verifyJson(result, network), 'wsc bus verify --json')
  const keyText = keyCaution(state.verifier.keyId, builtInKey)
  // In the banner, whatever the verdict: it is read aloud with it.
  const ownKey = keyText === undefined ? [] : [el('p', {}, el('strong', {}, 'Not the built-in key.'), ` ${keyText}`)]
  if (!result.ok) {
    const why = `${reasonText(result.reject)} (${result.reject}: ${result.detail}.) Judged as ${network}.`
    return {
      verdict: banner('invalid', CROSS, 'Refused', why, ...ownKey, ...remedies.map(remedyButton)),
      details: [json],
    }
  }
  const timing = { loadMs: state.verifier.loadMs, verifyMs, proofBytes: proof.length }
  const { chain } = result
  const text = `A chain of ${network} up to height ${grouped(chain.height)}, verified in ${duration(verifyMs)}.`
  // Green is for proofs that nobody can forge, told by this program alone.
  const [kind, title]: [VerdictKind, string] =
    chain.setup === 'insecure-dev'
      ? ['caution', 'Valid, but INSECURE-DEV']
      : keyText === undefined
        ? ['valid', 'Valid proof']
        : ['caution', 'Valid by the key given']
  return {
    verdict: banner(kind, TICK, title, text, ...ownKey),
    details: [cautionList(chain), factList(factsOf(chain, timing, now)), json],
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
