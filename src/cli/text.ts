import type { SetupKind } from '../proving/index.ts'

/**
 * Characters that are not seen but act: they move the cursor, recolour the terminal, turn the direction of writing, join
 * or hide others, or begin a line that looks like one of ours. All control and format characters (U+061C, U+200B to
 * U+200F, U+202A to U+202E, U+2066 to U+2069 and U+FEFF among them), line and paragraph separators, lone surrogates.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Text for a terminal. */
export function printable(line: string): string {
  return line.replaceAll(UNSEEN, '\ufffd')
}

/** A note may have several lines; those after the first are indented, so that none passes for another note. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n  ')
}

/** JSON in one line, the same value, with such characters as `\uXXXX`. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(UNSEEN, escaped)
}

/** So many: "1 chunk", "2 chunks". */
export function plural(count: number, unit: string, units = `${unit}s`): string {
  return `${count} ${count === 1 ? unit : units}`
}

/** More of a text from the chain is not shown: a content type may have megabytes. */
const MAX_QUOTED = 60

/** Text from the chain among ours: in quotes, so that none passes for the columns beside it, and cut. */
export function quoted(text: string): string {
  return `${jsonLine(text.slice(0, MAX_QUOTED))}${text.length > MAX_QUOTED ? '…' : ''}`
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/** On what the key rests that something was verified by. */
export function setupText(setup: SetupKind): string {
  return setup === 'ceremony' ? 'public ceremony' : 'INSECURE-DEV: whoever knows the public secret can forge'
}
