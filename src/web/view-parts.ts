import { copyButton, el, icon } from './dom.ts'
import type { Fact } from './facts.ts'

export const TICK = 'M5 13l4.500 4.500L19 7'
export const CROSS = 'M6 6l12 12M18 6L6 18'
export const QUESTION = 'M9 9a3 3 0 1 1 4.200 2.700c-.8.4-1.200 1-1.200 1.800M12 17.500v.01'
export const CLOCK = 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 2'

/** Longer values (a script, a transaction) are cut where they are shown; copying gives the whole. */
const MAX_SHOWN = 400
/** Longer JSON is copied only: laying it out would hold the page up. */
const MAX_JSON_SHOWN = 500_000

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

export type VerdictKind = 'valid' | 'invalid' | 'caution' | 'unjudged' | 'waiting'

export function banner(
  kind: VerdictKind,
  path: string,
  title: string,
  text: string,
  ...more: HTMLElement[]
): HTMLElement {
  return el(
    'div',
    { class: `verdict ${kind}` },
    icon(path),
    el('h3', {}, title),
    el('div', { class: 'body' }, el('p', {}, text), ...more),
  )
}

export function remedyButton({ label, act }: Remedy): HTMLElement {
  return el('button', { type: 'button', class: 'button', click: act }, label)
}

export function factList(facts: readonly Fact[]): HTMLElement {
  return el('dl', { class: 'facts' }, ...facts.map(factRow))
}

function factRow({ label, value, note, mono, copy, bad }: Fact): HTMLElement {
  const classes = ['value', mono ? 'mono' : '', bad ? 'bad' : ''].join(' ').trim()
  const shown = value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value
  const description = el('dd', {}, el('span', { class: classes }, shown))
  if (note !== undefined) description.append(el('span', { class: 'note' }, note))
  if (copy) description.append(copyButton(value, label.toLowerCase()))
  return el('div', {}, el('dt', {}, label), description)
}

/** Shown indented; copied as the command prints it, on one line. */
export function jsonBlock(id: string, json: Record<string, unknown>, command: string): HTMLElement {
  const line = JSON.stringify(json)
  const shown = line.length > MAX_JSON_SHOWN ? `${line.length} characters: copy it` : JSON.stringify(json, null, 2)
  const summary = el('summary', {}, 'As JSON, equal to ', el('code', {}, command))
  const body = el('details', {}, summary, el('pre', { id, tabindex: '0' }, shown))
  return el('div', { class: 'json' }, body, copyButton(line, `JSON of ${command}`))
}
