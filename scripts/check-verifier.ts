import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The committed WASM verifier and development keys are generated: `manifest.json` beside them records the SHA-256 of
 * every source they were made from and of themselves. This check says which no longer match, without building anything.
 */
export interface Manifest {
  /** Repository-relative path → lowercase hex SHA-256 of the file. */
  readonly inputs: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
}

/** One line for each file that is missing or differs from what the manifest recorded. */
export function findDrift(root: string, manifest: Manifest, script = 'build:wasm'): string[] {
  const drifted = (files: Readonly<Record<string, string>>, cure: string) =>
    Object.entries(files).flatMap(([file, recorded]) => {
      const path = join(root, file)
      if (!existsSync(path)) return [`${file} is missing: ${cure}`]
      const actual = createHash('sha256').update(readFileSync(path)).digest('hex')
      return actual === recorded ? [] : [`${file} differs from the manifest: ${cure}`]
    })
  return [
    ...drifted(manifest.inputs, `its outputs are stale, run \`npm run ${script}\``),
    ...drifted(manifest.outputs, `it was not made by \`npm run ${script}\`, run it`),
  ]
}

/** Folders of what is generated, and what makes it anew. */
const GENERATED = {
  'src/bus/verifier': 'build:wasm',
  'storage/certificate/key': 'build:certificate-key',
} as const

function check(root: string): number {
  return Math.max(...Object.entries(GENERATED).map(([folder, script]) => checkFolder(root, folder, script)))
}

function checkFolder(root: string, folder: string, script: string): number {
  const file = join(root, folder, 'manifest.json')
  if (!existsSync(file)) {
    console.error(`${file} is missing: run npm run ${script}`)
    return 1
  }
  const manifest: Manifest = JSON.parse(readFileSync(file, 'utf8'))
  const drift = findDrift(root, manifest, script)
  for (const line of drift) console.error(line)
  const count = Object.keys(manifest.inputs).length + Object.keys(manifest.outputs).length
  console.log(`${folder}: ${count} files of the manifest, ${drift.length} differ`)
  return drift.length > 0 || count === 0 ? 1 : 0
}

if (import.meta.main) process.exitCode = check(fileURLToPath(new URL('..', import.meta.url)))
