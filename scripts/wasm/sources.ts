import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CircuitDeclaration } from '../../src/proving/index.ts'

/** Modules of `folding/src` that only proving needs: the modules above them leave them out on wasm32, so they are no input. */
const PROVING_ONLY = [
  'addon',
  'keyfile',
  'line/argument/proving',
  'line/augmented',
  'line/commitment',
  'line/prover',
  'oneshot_prover',
  'scheme',
  'sealed',
  'session',
  'setup_files',
  'storage/mask',
  'witness',
]

const isProvingOnly = (file: string) =>
  PROVING_ONLY.some((module) => file === `src/${module}.rs` || file.startsWith(`src/${module}/`))

/** Every file the WebAssembly module is compiled from, relative to `folding/`. */
export function crateSources(root: string): string[] {
  const folding = join(root, 'folding')
  const below = (folder: string) =>
    readdirSync(join(folding, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folding.length + 1)
          .replaceAll('\\', '/'),
      )
  const source = below('src').filter((file) => file.endsWith('.rs') && !isProvingOnly(file))
  return ['Cargo.toml', 'Cargo.lock', 'build.rs', ...source].sort()
}

/** Every file that a circuit's key follows from besides the crate: the circuit's own. */
export function circuitSources(root: string, { source }: CircuitDeclaration): string[] {
  const seen = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const folder = file.slice(0, file.lastIndexOf('/'))
    for (const [, path] of readFileSync(join(root, file), 'utf8').matchAll(/^\s*include\s+"([^"]+)"/gm)) {
      // What is not ours comes from a package whose version the lock file pins.
      const included = join(folder, path as string).replaceAll('\\', '/')
      if ((path as string).startsWith('.') || isOurs(root, included)) visit(included)
    }
  }
  visit(`circuits/${source}`)
  return [...seen].sort()
}

function isOurs(root: string, file: string): boolean {
  try {
    readFileSync(join(root, file))
    return true
  } catch {
    return false
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Paths (relative to `root`, in order) with the SHA-256 of their content. */
export function hashes(root: string, files: readonly string[]): Record<string, string> {
  return Object.fromEntries([...files].sort().map((file) => [file, sha256(readFileSync(join(root, file)))]))
}
