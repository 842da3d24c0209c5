import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stepCircuit } from '../src/bus/io/index.ts'
import { openWasmVerifier, type SnarkVerifier } from '../src/proving/index.ts'
import { commitFiles } from './wasm/committed.ts'
import { compileWasm } from './wasm/compile.ts'
import { developmentKey } from './wasm/development-key.ts'
import { circuitSources, crateSources } from './wasm/sources.ts'

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
  'scripts/wasm/committed.ts',
  'scripts/wasm/compile.ts',
  'scripts/wasm/development-key.ts',
  'scripts/wasm/sources.ts',
  'scripts/wasm/toolchain.ts',
]

async function main(check: boolean): Promise<number> {
  const work = join(root, 'folding/target/wasm')
  mkdirSync(work, { recursive: true })
  const crate = crateSources(root).map((file) => `folding/${file}`)
  const inputs = [...crate, ...circuitSources(root, stepCircuit), ...TOOLS]
  return await commitFiles({ root, folder, inputs, say }, check, async () => {
    const wasm = await compileWasm(root, work, say)
    if (WebAssembly.Module.imports(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)).length > 0) {
      throw new Error('the module has imports')
    }
    const key = await developmentKey(stepCircuit, say)
    const verifier = await openWasmVerifier(wasm, key)
    say(`module ${wasm.length} bytes, key ${key.length} bytes, key id ${verifier.keyId}, setup ${verifier.setup}`)
    return { 'wsc-folding.wasm': wasm, 'dev.key': key, 'built-in.ts': new TextEncoder().encode(idOf(verifier)) }
  })
}

function idOf({ circuitId }: SnarkVerifier): string {
  return `/** Made by \`npm run build:wasm\`: what every key of the bus's circuit has in common, under whatever powers of tau. */
export const BUS_CIRCUIT_ID = '${circuitId}'
`
}

process.exitCode = await main(process.argv.includes('--check'))
