import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'

/** A TypeScript file, comments and all. */
export interface TextFile {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** All TypeScript that may import a part's face, declarations aside. */
export function readTexts(root: string): TextFile[] {
  return ['src', 'storage', 'test', 'bench', 'scripts', 'bitcoin-regtest'].flatMap((folder) =>
    readdirSync(posix.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.includes('node_modules'))
      .map((name) => posix.join(folder, name))
      .map((path) => ({ path, text: readFileSync(posix.join(root, path), 'utf8') })),
  )
}
