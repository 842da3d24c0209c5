import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stepCircuit } from '../src/bus/io/index.ts'
import { openWasmVerifier, type SnarkVerifier } from '../src/proving/index.ts'
import { compileCircuit, ensureSetup } from '../src/proving/io/index.ts'
import type { Manifest } from './check-verifier.ts'
import { compileWasm } from './wasm/compile.ts'
import { circuitSources, crateSources, hashes, sha256 } from './wasm/sources.ts'

/**
 * `node scripts/build-wasm.ts [--check]`: makes what is committed in `src/bus/verifier`: the WebAssembly verifier, the
 * compact verifying key of the development setup, the id of the circuit, and the manifest of what they were made
 * from.
 *
 * Needs Rust 1.95.0, its standard library's source (fetched on Debian), npm, and the addon (`npm run setup`), which makes
 * the key. With --check nothing is written: it says whether the sources still give the committed bytes.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = 'src/bus/verifier'
const say = (line: string) => console.log(`build-wasm: ${line}`)

const TOOLS = [
  'scripts/build-wasm.ts',
  'scripts/wasm/compile.ts',
  'scripts/wasm/sources.ts',
  'scripts/wasm/toolchain.ts',
]

async function main(check: boolean): Promise<number> {
  const work = join(root, 'folding/target/wasm')
  mkdirSync(work, { recursive: true })
  const inputs = [...crateSources(root).map((file) => `folding/${file}`), ...circuitSources(root), ...TOOLS]
  const before = hashes(root, inputs)
  const wasm = await compileWasm(root, work, say)
  if (WebAssembly.Module.imports(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)).length > 0) {
    throw new Error('the module has imports')
  }
  const key = await developmentKey()
  if (JSON.stringify(hashes(root, inputs)) !== JSON.stringify(before)) {
    throw new Error('a source changed meanwhile: run again')
  }
  const verifier = await openWasmVerifier(wasm, key)
  say(`module ${wasm.length} bytes, key ${key.length} bytes, key id ${verifier.keyId}, setup ${verifier.setup}`)
  const id = new TextEncoder().encode(idOf(verifier))
  const files = { [`${folder}/wsc-folding.wasm`]: wasm, [`${folder}/dev.key`]: key, [`${folder}/built-in.ts`]: id }
  const outputs = Object.fromEntries(Object.entries(files).map(([file, bytes]) => [file, sha256(bytes)]))
  const manifest: Manifest = { inputs: before, outputs }
  if (check) return compare(outputs)
  mkdirSync(join(root, folder), { recursive: true })
  for (const [file, bytes] of Object.entries(files)) put(join(root, file), bytes)
  put(join(root, folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return 0
}

function idOf({ circuitId }: SnarkVerifier): string {
  return `/** Made by \`npm run build:wasm\`: what every key of the bus's circuit has in common, under whatever powers of tau. */
export const BUS_CIRCUIT_ID = '${circuitId}'
`
}

/** Set up anew and not from the cache, whose entries say nothing of the code that made them. */
async function developmentKey(): Promise<Uint8Array> {
  const scratch = mkdtempSync(join(tmpdir(), 'wsc-dev-key-'))
  const cache = process.env.XDG_CACHE_HOME
  try {
    process.env.XDG_CACHE_HOME = scratch
    say('compiling the circuit')
    const circuit = await compileCircuit(stepCircuit)
    let last = ''
    const onProgress = (stage: string) => {
      if (stage !== last) say(stage)
      last = stage
    }
    const { verifierKey } = await ensureSetup(circuit, { onProgress })
    return new Uint8Array(readFileSync(verifierKey))
  } finally {
    if (cache === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = cache
    rmSync(scratch, { recursive: true, force: true })
  }
}

function compare(outputs: Readonly<Record<string, string>>): number {
  const different = Object.entries(outputs).filter(([file, hash]) => sha256(readFileSync(join(root, file))) !== hash)
  for (const [file] of different) say(`${file} is not what the sources give`)
  if (different.length === 0) say('the committed files are what the sources give')
  return different.length === 0 ? 0 : 1
}

function put(path: string, content: Uint8Array | string): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
  say(`wrote ${path.slice(root.length)}`)
}

process.exitCode = await main(process.argv.includes('--check'))
