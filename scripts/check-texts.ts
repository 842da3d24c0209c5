import { entries, parts } from './parts.ts'
import type { TextFile } from './text-files.ts'

/**
 * What parts say is heard by programs, pages and the command line alike: it names no flag and no command of the latter.
 * What to do about an error is data (`Cure`), which the command line turns into its flags, and never a text that is glued
 * into a message. This finds texts that do not obey, outside of the command line and the page.
 */
const SHOWING: readonly string[] = ['cli', 'web']

const COMMENTS = /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g
const TEXTS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
/** Within words: a flag that stands alone is an argument for another program. */
const FLAG = /(?<=\s|[(`“])--[a-z][a-z-]+/
const COMMAND = /\bwsc (?:attest|bus|check|inscribe|inscriptions|setup|storage|wallet)\b/

/** How far before a text its name may stand. */
const CURE_REACH = 200
/** What stands before a text that is named a cure: alone, or as one of two. */
const NAMED_CURE = /\bcure(?:\??:\s*string)?\s*[:=](?!=|>)\s*[^\n;{}()]*(?:\n\s*[?:][^\n;{}()]*)*$/

/** One line for each text below the command line that names one of its flags or commands, or is a cure. */
export function findCliTexts(files: readonly TextFile[]): string[] {
  const below = parts.filter(({ name }) => !SHOWING.includes(name))
  return files
    .filter(({ path }) => entries.includes(path) || below.some(({ folder }) => path.startsWith(folder)))
    .flatMap(({ path, text }) => {
      const code = text.replace(COMMENTS, ' ')
      return [...code.matchAll(TEXTS)].flatMap(({ 0: literal, index }) => {
        const named = FLAG.exec(literal)?.[0] ?? COMMAND.exec(literal)?.[0]
        if (named !== undefined) return [`${path}: a text names ${named}, which only the command line knows`]
        if (!NAMED_CURE.test(code.slice(Math.max(0, index - CURE_REACH), index))) return []
        return [`${path}: the cure ${literal.slice(0, 40)} is a text, not data (act, subject)`]
      })
    })
}
