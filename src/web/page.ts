import type { VerifyRequest } from '../bus/pure.ts'
import { assets } from './assets.ts'
import { byId } from './dom.ts'
import { engineText } from './facts.ts'
import { type Inputs, wireInputs } from './inputs.ts'
import { progressView, tickElapsed } from './progress-view.ts'
import { failedView, idleView, judgedView, type Remedy, type ResultView } from './result-view.ts'
import { type SessionState, startSession } from './session.ts'

let shown: SessionState | undefined
let key: Uint8Array | undefined
let asked: VerifyRequest | undefined

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
  if (choice.key !== key) {
    key = choice.key
    session.useKey(key)
  }
  asked = choice.request
  session.ask(asked)
})

tickElapsed(() => (shown !== undefined && 'since' in shown ? shown.since : undefined))

function viewOf(state: SessionState): ResultView {
  switch (state.kind) {
    case 'loading':
      return state.waiting ? progressView(state.stage, state.since, () => session.cancel()) : idleView(false)
    case 'ready':
      // With a proof in hand and nothing running, the reader has cancelled.
      return idleView(true, asked === undefined ? [] : [{ label: 'Verify again', act: () => session.ask(asked) }])
    case 'verifying':
      return progressView('verify', state.since, () => session.cancel())
    case 'judged':
      return judgedView(state, assets.keyId, remediesFor(state))
    case 'failed':
      return failedView(state, [])
  }
}

/** A refusal that only says "not what you asked for" offers to ask for the other; it never does so by itself. */
function remediesFor({ judgement }: Extract<SessionState, { kind: 'judged' }>): Remedy[] {
  const { result, claims } = judgement
  if (result.valid || claims === null) return []
  if (result.reason === 'wrong-network' && claims.network !== null) {
    const name = claims.network
    return [{ label: `Judge it as ${name}, as the file says`, act: () => inputs.chooseNetwork(name) }]
  }
  if (result.reason === 'insecure-setup') {
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
