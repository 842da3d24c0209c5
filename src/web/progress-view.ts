import type { LoadStage } from '../bus/index.ts'
import { el, icon } from './dom.ts'
import type { ResultView } from './view-parts.ts'

type Stage = LoadStage | 'verify' | 'check'

const STAGES = [
  ['fetch', 'Fetch the verifier and its key, compare their hashes'],
  ['compile', 'Compile WebAssembly'],
  ['key', 'Read the verifying key'],
  ['verify', 'Verify the proof'],
  ['check', 'Check the attestation under it'],
] as const satisfies readonly (readonly [Stage, string])[]

const HOURGLASS = 'M7 3h10M7 21h10M8 3c0 5 8 5 8 9s-8 4-8 9M16 3c0 5-8 5-8 9s8 4 8 9'

/** What happens now, with the seconds since it began. The verifier gives no finer progress: verifying is one call. */
export function progressView(now: Stage, attested: boolean, since: number, cancel: () => void): ResultView {
  const current = STAGES.findIndex(([stage]) => stage === now)
  const rows = STAGES.filter(([stage]) => stage !== 'check' || attested).map(([, text], i) => {
    const state = i < current ? 'done' : i === current ? 'now' : ''
    return el('li', { class: state, ...(i === current ? { 'aria-current': 'step' } : {}) }, el('span', {}, text))
  })
  rows[current]?.append(el('span', { id: 'elapsed', 'aria-hidden': 'true' }, elapsed(since)))
  return {
    verdict: el(
      'div',
      { class: 'verdict waiting' },
      icon(HOURGLASS),
      el('h3', {}, now === 'verify' || now === 'check' ? 'Verifying' : 'Loading the verifier'),
      el('div', { class: 'body' }, el('button', { type: 'button', class: 'button small', click: cancel }, 'Cancel')),
    ),
    details: [el('ol', { class: 'stages', 'aria-label': 'Progress' }, ...rows)],
  }
}

/** Keeps the elapsed time moving while a progress view is shown. */
export function tickElapsed(since: () => number | undefined): void {
  setInterval(() => {
    const shown = document.getElementById('elapsed')
    const begun = since()
    if (shown !== null && begun !== undefined) shown.textContent = elapsed(begun)
  }, 100)
}

function elapsed(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
