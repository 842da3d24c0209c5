import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Manifest } from '../check-verifier.ts'
import { hashes, sha256 } from './sources.ts'

/** What is generated and committed: files made from sources, and the manifest of both beside them. */
export interface Committed {
  /** Of the repository. */
  readonly root: string
  /** Where the manifest lies. */
  readonly folder: string
  /** Sources, relative to the repository. */
  readonly inputs: readonly string[]
  say(line: string): void
}

/**
 * Makes the files and writes them with their manifest; with `check` says instead whether they are those that are there.
 * Returns the exit code.
 */
export async function commitFiles(
  { root, folder, inputs, say }: Committed,
  check: boolean,
  make: () => Promise<Readonly<Record<string, Uint8Array>>>,
): Promise<number> {
  const before = hashes(root, inputs)
  const files = await make()
  if (JSON.stringify(hashes(root, inputs)) !== JSON.stringify(before)) {
    throw new Error('a source changed meanwhile: run again')
  }
  const outputs = Object.fromEntries(Object.entries(files).map(([file, bytes]) => [`${folder}/${file}`, sha256(bytes)]))
  if (check) {
    const different = Object.entries(outputs).filter(([file, hash]) => sha256(readFileSync(join(root, file))) !== hash)
    for (const [file] of different) say(`${file} is not what the sources give`)
    if (different.length === 0) say('the committed files are what the sources give')
    return different.length === 0 ? 0 : 1
  }
  const put = (name: string, content: Uint8Array | string) => {
    const path = join(root, folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.new`, content)
    renameSync(`${path}.new`, path)
    say(`wrote ${folder}/${name}`)
  }
  for (const [file, bytes] of Object.entries(files)) put(file, bytes)
  const manifest: Manifest = { inputs: before, outputs }
  put('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`)
  return 0
}
