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

/** The first block of a document that imports the package: the lines people copy. */
export function libraryLines(document: string): string {
  const block = blocksOf(document, 'js').find((one) => one.includes("from 'wsc-bitcoin'"))
  if (block === undefined) throw new Error('the document shows no use of the library')
  return block
}

/** The circuit that docs/circuits.md shows. */
export function circuitLines(document: string): string {
  const [block] = blocksOf(document, 'circom')
  if (block === undefined) throw new Error('the document shows no circuit')
  return block
}

function blocksOf(document: string, language: string): string[] {
  return [...document.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, of, block]) =>
    of === language && block !== undefined ? [block] : [],
  )
}
