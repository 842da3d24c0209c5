import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One `@example` of the declarations of an installed package. */
export interface Example {
  readonly name: string
  readonly code: string
  /** What its last line prints, as its comment says. */
  readonly prints: string | undefined
}

/** The examples of every function and class declared below `folder`, by name (a name may be declared twice). */
export function readExamples(folder: string): Example[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .flatMap((file) => examplesOf(readFileSync(join(folder, file), 'utf8')))
}

/** What an example imports from each entry of the package, by the entry's name. */
export function importedNames(code: string): { readonly entry: string; readonly name: string }[] {
  return [...code.matchAll(/import \{([^}]*)\} from '(wsc-bitcoin(?:\/browser)?)'/g)].flatMap(([, names, entry]) =>
    (names ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
      .map((name) => ({ entry: entry ?? '', name: name.replace(/ as .*/, '') })),
  )
}

function examplesOf(declarations: string): Example[] {
  const documented = /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*export declare (?:class|(?:async )?function\*?) (\w+)/g
  return [...declarations.matchAll(documented)].flatMap(([, comment, name]) => {
    const code = comment
      ?.split('@example')[1]
      ?.split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''))
      .join('\n')
      .trim()
    if (code === undefined || name === undefined) return []
    return [
      {
        name,
        code,
        prints: code
          .split('\n')
          .at(-1)
          ?.match(/console\.log\(.*\) \/\/ (.*)$/)?.[1],
      },
    ]
  })
}

/** The first block of the README that imports the package: the lines people copy. */
export function readmeLines(readme: string): string {
  const blocks = [...readme.matchAll(/```(?:js|javascript)\n([\s\S]*?)```/g)].map((match) => match[1] as string)
  const block = blocks.find((one) => one.includes("from 'wsc-bitcoin'"))
  if (block === undefined) throw new Error('the README shows no use of the library')
  return block
}
