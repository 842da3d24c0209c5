import { attestationResultJson, type ProvedChain, type VerifiedAttestation } from '../bus/index.ts'
import { type AttestedRecord, withRecord } from '../settlement/index.ts'
import { attestedFacts, bodyText, kindText, notShown } from './attestation-facts.ts'
import { attestationReasonText } from './attestation-reasons.ts'
import { el } from './dom.ts'
import { duration, grouped } from './facts.ts'
import { failureText } from './reasons.ts'
import type { SessionState } from './session.ts'
import { banner, CLOCK, CROSS, factList, jsonBlock, QUESTION, type ResultView, TICK } from './view-parts.ts'

/** An attestation, and nothing to check it under. */
export function loneAttestationView(): ResultView {
  const text =
    'An attestation shows nothing by itself: it is checked under a proof of the chain. Choose or drop the proof it was ' +
    'made for.'
  return { verdict: banner('unjudged', CLOCK, 'A proof is needed', text), details: [] }
}

/** The attestation's own verdict and details, below or before those of the proof; undefined where none was given. */
export function attestationView(
  { question, judgement, check, unchecked }: Extract<SessionState, { kind: 'judged' }>,
  /** The key was not the built-in one. */
  ownKey: boolean,
): ResultView | undefined {
  if (question.attestation === undefined) return undefined
  if (unchecked !== undefined) {
    const why = el('p', { class: 'mono' }, unchecked.message)
    const text = `${failureText(unchecked.code)} This says nothing of the attestation, good or bad.`
    return { verdict: banner('unjudged', QUESTION, 'Attestation could not be judged', text, why), details: [] }
  }
  if (!judgement.result.ok || check === undefined) {
    const text = 'An attestation counts only under a valid proof.'
    return { verdict: banner('waiting', CLOCK, 'Attestation not checked', text), details: [] }
  }
  const { chain } = judgement.result
  const { result, kind, verifyMs, about } = check
  const json = withRecord(attestationResultJson(result, kind), about as AttestedRecord | undefined)
  const block = jsonBlock('attestation-json', json, 'wsc check --json')
  if (!result.ok) {
    const why = `${attestationReasonText(result.reject)} (${result.reject}: ${result.detail}.)`
    const cure = result.reject === 'other-proof' ? [refreshCure()] : []
    return { verdict: banner('invalid', CROSS, 'Attestation refused', why, ...cure), details: [block] }
  }
  const { verified } = result
  const text =
    `${kindText(verified.payload.kind)} in block ${grouped(verified.height)}, checked in ${duration(verifyMs)} beyond ` +
    'the proof.'
  const timing = { verifyMs, attestationBytes: question.attestation.length }
  return {
    verdict: banner(...standing(chain, ownKey), text),
    details: [
      el('h3', { class: 'part' }, 'What is attested'),
      factList(attestedFacts(verified, json, timing)),
      ...bodyParts(verified, json),
      el('div', { class: 'not-shown' }, el('h4', {}, 'Not shown by it'), list(notShown(verified.payload))),
      block,
    ],
  }
}

/** No better than the proof's: what rests on a proof that anyone can forge is not green. */
function standing({ setup }: ProvedChain, ownKey: boolean): ['valid' | 'caution', string, string] {
  if (setup === 'insecure-dev') return ['caution', TICK, 'Attestation holds, under INSECURE-DEV']
  return ownKey ? ['caution', TICK, 'Attestation holds, by the key given'] : ['valid', TICK, 'Valid attestation']
}

function refreshCure(): HTMLElement {
  const command = 'wsc attest refresh FILE --proof PROOF --out FILE'
  return el(
    'p',
    {},
    'To bring it to this proof, run ',
    el('code', {}, command),
    ', or choose the proof it was made for.',
  )
}

function list(items: readonly string[]): HTMLElement {
  return el('ul', {}, ...items.map((item) => el('li', {}, item)))
}

function bodyParts(result: VerifiedAttestation, json: Record<string, unknown>): HTMLElement[] {
  const { payload } = result
  if (payload.kind !== 'inscription' || payload.envelope.body === null || payload.envelope.body.length === 0) return []
  const { body } = payload.envelope
  const { id } = json.payload as { readonly id: string }
  const save = () => download(body, `${id}.bin`)
  const button = el('button', { type: 'button', class: 'button', id: 'save-body', click: save }, 'Save the body')
  const text = bodyText(result)
  return [
    el(
      'div',
      { class: 'body-text' },
      ...(text === null
        ? []
        : [el('h4', {}, 'The body, as plain text'), el('pre', { id: 'body-text', tabindex: '0', dir: 'auto' }, text)]),
      button,
      el('p', { class: 'hint' }, 'Saved as bytes without a type, and opened by nothing here.'),
    ),
  ]
}

/** As bytes of no type, under a name that the file has no say in. */
function download(bytes: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type: 'application/octet-stream' }))
  el('a', { href: url, download: name }).click()
  // Chromium and Firefox have taken hold of the data by the next task; a minute is for slow ones.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
