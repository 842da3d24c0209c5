import { assets } from './assets.ts'
import { loneAttestationView } from './attestation-view.ts'
import { byId } from './dom.ts'
import { engineText } from './facts.ts'
import { type Choice, type Inputs, wireInputs } from './inputs.ts'
import { progressView, tickElapsed } from './progress-view.ts'
import { failedView, idleView, judgedView } from './result-view.ts'
import { type SessionState, startSession } from './session.ts'
import type { Remedy, ResultView } from './view-parts.ts'

let shown: SessionState | undefined
let chosen: Choice | undefined

const session = startSession({
  wasm: assets.wasm,
  key: assets.key,
  newWorker: () => new Worker(assets.worker, { type: 'module', name: 'wsc-verifier' }),
  onState(state) {
    shown = state
    show(viewOf(state))
    if (state.kind === 'judged' || state.kind === 'failed') reveal(byId('result', HTMLElement))
    document.documentElement.dataset.state = state.kind
    if ('verifier' in state) byId('engine', HTMLElement).textContent = engineText(state.verifier)
  },
})

const inputs: Inputs = wireInputs((choice) => {
  const before = chosen
  chosen = choice
  if (choice.key !== before?.key) session.useKey(choice.key)
  session.ask(choice.question)
})

tickElapsed(() => (shown !== undefined && 'since' in shown ? shown.since : undefined))

function viewOf(state: SessionState): ResultView {
  switch (state.kind) {
    case 'loading':
      return state.waiting ? progress(state.stage, state.since) : restingView(false)
    case 'ready':
      return restingView(true)
    case 'verifying':
      return progress('verify', state.since)
    case 'checking':
      return progress('check', state.since)
    case 'judged':
      return judgedView(state, assets.keyId, remediesFor(state))
    case 'failed':
      return failedView(state, [])
  }
}

function progress(stage: Parameters<typeof progressView>[0], since: number): ResultView {
  return progressView(stage, chosen?.question?.attestation !== undefined, since, () => session.cancel())
}

/** Nothing is asked, or the reader has cancelled. */
function restingView(ready: boolean): ResultView {
  if (chosen?.loneAttestation) return loneAttestationView()
  const question = chosen?.question
  return idleView(ready, question === undefined ? [] : [{ label: 'Verify again', act: () => session.ask(question) }])
}

/** A refusal that only says "not what you asked for" offers to ask for the other; it never does so by itself. */
function remediesFor({ judgement }: Extract<SessionState, { kind: 'judged' }>): Remedy[] {
  const { result, claims } = judgement
  if (result.ok || claims === null) return []
  if (result.reject === 'wrong-network' && claims.network !== null) {
    const name = claims.network
    return [{ label: `Judge it as ${name}, as the file says`, act: () => inputs.chooseNetwork(name) }]
  }
  if (result.reject === 'insecure-setup') {
    return [{ label: 'Accept the development setup (INSECURE)', act: () => inputs.acceptInsecure() }]
  }
  return []
}

function show({ verdict, details }: ResultView): void {
  byId('verdict', HTMLElement).replaceChildren(verdict)
  byId('details', HTMLElement).replaceChildren(...details)
}

/** On a narrow screen the result is below the inputs: a verdict out of sight is brought into it. */
function reveal(panel: HTMLElement): void {
  if (panel.getBoundingClientRect().top < window.innerHeight * 0.8) return
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  panel.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'start' })
}
