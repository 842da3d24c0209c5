import { posix } from 'node:path'
import type { CircuitSource } from './circuit-sources.ts'

/** Folders of the compiler's working directory: the circuit's own files, and packages by their names. */
const OWN = 'own'
const PACKAGES = 'packages'

/**
 * Where a source lies while it is compiled. Names may begin with `../`: the circuit's folder then lies as many folders
 * deep, so that nothing is outside of the working directory.
 */
export function stagedPath({ of, name }: CircuitSource, all: readonly CircuitSource[]): string {
  return of === 'package' ? posix.join(PACKAGES, name) : posix.join(ownFolder(all), name)
}

function ownFolder(all: readonly CircuitSource[]): string {
  const ups = all.filter(({ of }) => of === 'library').map(({ name }) => /^(?:\.\.\/)*/.exec(name)?.[0].length ?? 0)
  return posix.join(OWN, ...Array<string>(Math.max(...ups) / 3).fill('up'))
}

/** Characters told of each stream: a stranger's circuit decides how much the compiler has to say. */
const MAX_TEXT = 32 * 1024

/** What the compiler said first, without terminal colours, with names of sources instead of paths of the working directory. */
export function compilerText(
  failure: { readonly stdout?: string; readonly stderr?: string; readonly message?: string },
  sources: readonly CircuitSource[],
): string {
  const own = ownFolder(sources)
  const [stdout, stderr, message] = [failure.stdout, failure.stderr, failure.message].map((text = '') =>
    text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}\n…\n` : text,
  ) as [string, string, string]
  const text = `${stdout}${stderr}`.trim() || message
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with the escape character
      .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
      // Drawn as `┌─ "own/part.circom":3:21`.
      .replaceAll(/"((?:own|packages)\/[^"\n]*)":(\d+):(\d+)/g, (_, path: string, line: string, column: string) => {
        const name = path.startsWith(`${PACKAGES}/`) ? posix.relative(PACKAGES, path) : posix.relative(own, path)
        return `${name}:${line}:${column}`
      })
      // No expression: one would try the spaces within a line from each of them on.
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trim()
  )
}

/** Warnings in what the compiler said, each with the lines that belong to it, up to an empty one. */
export function warningsOf(text: string): string[] {
  const begins = text.split(/^(?=warning\[)/m).filter((part) => part.startsWith('warning['))
  return begins.map((warning) => (warning.split(/\n\s*\n/)[0] as string).trim())
}

/** More of a template's parameters is not told: a model's weights are some. */
const MAX_PARAMETERS = 60

/** What the compiler said, with long parameters of templates cut. */
export function shortened(text: string): string {
  return text.replaceAll(/"([A-Za-z_$][\w$]*\()([^"\n]*)\)"/g, (all, name: string, parameters: string) =>
    parameters.length > MAX_PARAMETERS ? `"${name}${parameters.slice(0, MAX_PARAMETERS)}…)"` : all,
  )
}
