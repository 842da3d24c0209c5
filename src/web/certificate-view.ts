import type { Claim } from '../../storage/index.ts'
import type { CertificateVerdict } from './certificate-messages.ts'
import { el } from './dom.ts'
import { duration, type Fact, grouped } from './facts.ts'
import { banner, CLOCK, CROSS, factList, jsonBlock, QUESTION, type ResultView, TICK } from './view-parts.ts'

/** A certificate, and nothing to verify it under. */
export function loneCertificateView(): ResultView {
  const text = 'A certificate shows nothing by itself. Choose or drop the proof it was made under.'
  return { verdict: banner('unjudged', CLOCK, 'A proof is needed', text), details: [] }
}

/** What `certificateJson` gives of a valid one. */
interface ValidJson {
  readonly valid: true
  readonly blob: { readonly id: string; readonly length: number; readonly height: number }
  readonly challenge: { readonly height: number; readonly blockHash: string }
  readonly keys: readonly { readonly key: string; readonly registered: number }[]
  readonly setup: string
  readonly claim: Claim
  readonly replication: string
}
type Shown = ValidJson | { readonly valid: false; readonly reason: string; readonly detail: string }

/** The certificate's own verdict and details; `verdict` is undefined where the proof above it was refused. */
export function certificateView(verdict: CertificateVerdict | undefined): ResultView {
  if (verdict === undefined) {
    const text = 'A certificate counts only under a valid proof.'
    return { verdict: banner('waiting', CLOCK, 'Certificate not verified', text), details: [] }
  }
  if ('failed' in verdict) {
    const text = 'The certificate could not be judged. This says nothing of it, good or bad.'
    const why = el('p', { class: 'mono' }, verdict.failed)
    return { verdict: banner('unjudged', QUESTION, 'Certificate could not be judged', text, why), details: [] }
  }
  const shown = verdict.json as unknown as Shown
  const block = jsonBlock('certificate-json', verdict.json, 'wsc storage verify --json')
  if (!shown.valid) {
    const why = `${shown.reason}: ${shown.detail}.`
    return { verdict: banner('invalid', CROSS, 'Certificate refused', why), details: [block] }
  }
  const { claim, replication } = shown
  const text = `${capital(claim.says)}. Verified in ${duration(verdict.verifyMs)} beyond the proof.`
  const limit = el('p', {}, el('strong', {}, `replication: ${replication}`))
  const insecure = shown.setup === 'insecure-dev'
  return {
    verdict: insecure
      ? banner('caution', TICK, 'Certificate holds, under INSECURE-DEV', text, limit)
      : banner('valid', TICK, 'Valid certificate', text, limit),
    details: [
      el('h3', { class: 'part' }, 'What is certified'),
      factList(facts(shown)),
      el('div', { class: 'not-shown' }, el('h4', {}, 'Not shown by it'), list(claim.notShown)),
      block,
    ],
  }
}

function facts({ blob, challenge, keys, claim }: ValidJson): Fact[] {
  const { error, rawCopy } = claim
  const chosen = `${error.chosen.toExponential(1)} for the best of a year’s blocks and 1,000 keys`
  const cost = `${rawCopy.coreSeconds.toPrecision(2)} core-seconds a key`
  return [
    {
      label: 'Blob',
      value: blob.id,
      mono: true,
      copy: true,
      note: `${grouped(blob.length)} bytes, block ${blob.height}`,
    },
    { label: 'Drawn by block', value: challenge.blockHash, mono: true, copy: true, note: grouped(challenge.height) },
    ...keys.map(({ key, registered }) => {
      return { label: 'Key', value: key, mono: true, copy: true, note: `registered in block ${grouped(registered)}` }
    }),
    { label: 'Error', value: `${error.oneKey.toExponential(1)} a key`, note: chosen },
    { label: 'From a raw copy', value: cost, note: `${rawCopy.units} units encoded at any time after the block` },
  ]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function list(items: readonly string[]): HTMLElement {
  return el('ul', {}, ...items.map((item) => el('li', {}, item)))
}
