import { askCertificate } from './ask-certificate.ts'
import { assets } from './assets.ts'
import { loneAttestationView } from './attestation-view.ts'
import { loneCertificateView } from './certificate-view.ts'
import { byId } from './dom.ts'
import { engineText } from './facts.ts'
import { type Choice, type Inputs, wireInputs } from './inputs.ts'
import { progressView, tickElapsed } from './progress-view.ts'
import { failedView, idleView, judgedView } from './result-view.ts'
import { type Session, type SessionState, startSession } from './session.ts'
import type { Remedy, ResultView } from './view-parts.ts'

/** Joins inputs, session and views. */
class Page {
  #shown: SessionState | undefined
  #chosen: Choice | undefined
  readonly #session: Session
  readonly #inputs: Inputs

  constructor() {
    this.#session = startSession({
      wasm: assets.wasm,
      key: assets.key,
      newWorker: () => new Worker(assets.worker, { type: 'module', name: 'wsc-verifier' }),
      certify: (question, signal) => {
        const worker = new Worker(assets.certificateWorker, { type: 'module', name: 'wsc-certificate' })
        return askCertificate(worker, { ...question, wasm: assets.wasm, key: assets.certificateKey }, signal)
      },
      onState: (state) => this.#show(state),
    })
    this.#inputs = wireInputs((choice) => this.#choose(choice))
    tickElapsed(() => (this.#shown !== undefined && 'since' in this.#shown ? this.#shown.since : undefined))
  }

  /** The first state comes while the session starts. */
  #show(state: SessionState): void {
    this.#shown = state
    const { verdict, details } = this.#viewOf(state)
    byId('verdict', HTMLElement).replaceChildren(verdict)
    byId('details', HTMLElement).replaceChildren(...details)
    if (state.kind === 'judged' || state.kind === 'failed') reveal(byId('result', HTMLElement))
    document.documentElement.dataset.state = state.kind
    if ('verifier' in state) byId('engine', HTMLElement).textContent = engineText(state.verifier)
  }

  #choose(choice: Choice): void {
    const before = this.#chosen
    this.#chosen = choice
    if (choice.key !== before?.key) this.#session.useKey(choice.key)
    this.#session.ask(choice.question)
  }

  #viewOf(state: SessionState): ResultView {
    switch (state.kind) {
      case 'loading':
        return state.waiting ? this.#progress(state.stage, state.since) : this.#restingView(false)
      case 'ready':
        return this.#restingView(true)
      case 'verifying':
        return this.#progress('verify', state.since)
      case 'checking':
        return this.#progress('check', state.since)
      case 'judged':
        return judgedView(state, assets.keyId, this.#remediesFor(state))
      case 'failed':
        return failedView(state, [])
    }
  }

  #progress(stage: Parameters<typeof progressView>[0], since: number): ResultView {
    const { attestation, certificate } = this.#chosen?.question ?? {}
    const attested = (attestation ?? certificate) !== undefined
    return progressView(stage, attested, since, () => this.#session.cancel())
  }

  /** Nothing is asked, or the reader has cancelled. */
  #restingView(ready: boolean): ResultView {
    if (this.#chosen?.lone === 'attestation') return loneAttestationView()
    if (this.#chosen?.lone === 'certificate') return loneCertificateView()
    const question = this.#chosen?.question
    const again = () => this.#session.ask(question)
    return idleView(ready, question === undefined ? [] : [{ label: 'Verify again', act: again }])
  }

  /** A refusal that only says "not what you asked for" offers to ask for the other; it never does so by itself. */
  #remediesFor({ judgement }: Extract<SessionState, { kind: 'judged' }>): Remedy[] {
    const { result, claims } = judgement
    if (result.ok || claims === null) return []
    if (result.reject === 'wrong-network' && claims.network !== null) {
      const name = claims.network
      return [{ label: `Judge it as ${name}, as the file says`, act: () => this.#inputs.chooseNetwork(name) }]
    }
    if (result.reject === 'insecure-setup') {
      return [{ label: 'Accept the development setup (INSECURE)', act: () => this.#inputs.acceptInsecure() }]
    }
    return []
  }
}

/** On a narrow screen the result is below the inputs: a verdict out of sight is brought into it. */
function reveal(panel: HTMLElement): void {
  if (panel.getBoundingClientRect().top < window.innerHeight * 0.8) return
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  panel.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' })
}

new Page()
