import { entries, parts } from './parts.ts'
import type { TextFile } from './text-files.ts'

/**
 * What parts say is heard by programs, pages and the command line alike: it names no flag and no command of the latter.
 * What to do about an error is data (`Cure`), which the command line turns into its flags. This finds texts that do not
 * obey, outside of the command line and the page.
 */
const SHOWING: readonly string[] = ['cli', 'web']

const COMMENTS = /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g
const TEXTS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
/** Within words: a flag that stands alone is an argument for another program. */
const FLAG = /(?<=\s|[(`“])--[a-z][a-z-]+/
const COMMAND = /\bwsc (?:attest|bus|check|inscribe|inscriptions|setup|wallet)\b/

/** One line for each text below the command line that names one of its flags or commands. */
export function findCliTexts(files: readonly TextFile[]): string[] {
  const below = parts.filter(({ name }) => !SHOWING.includes(name))
  return files
    .filter(({ path }) => entries.includes(path) || below.some(({ folder }) => path.startsWith(folder)))
    .flatMap(({ path, text }) =>
      [...text.replace(COMMENTS, ' ').matchAll(TEXTS)].flatMap(([literal]) => {
        const named = FLAG.exec(literal)?.[0] ?? COMMAND.exec(literal)?.[0]
        return named === undefined ? [] : [`${path}: a text names ${named}, which only the command line knows`]
      }),
    )
}
