import { fileURLToPath } from 'node:url'
import { NativeVerifier } from '../src/proving/io/index.ts'
import { certifyCircuit } from '../storage/io/index.ts'
import { commitFiles } from './wasm/committed.ts'
import { developmentKey } from './wasm/development-key.ts'
import { circuitSources, crateSources } from './wasm/sources.ts'

/**
 * `node scripts/build-certificate-key.ts [--check]`: makes what is committed in `storage/certificate/key`: the compact
 * verifying key of the certificate's step circuit under the development setup, the id of the circuit, and the manifest of
 * what they were made from. Needs the addon (`npm run setup`). With --check nothing is written.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const folder = 'storage/certificate/key'
const say = (line: string) => console.log(`build-certificate-key: ${line}`)

const TOOLS = [
  'scripts/build-certificate-key.ts',
  'scripts/wasm/committed.ts',
  'scripts/wasm/development-key.ts',
  'scripts/wasm/sources.ts',
]

function main(check: boolean): Promise<number> {
  const crate = crateSources(root).map((file) => `folding/${file}`)
  const inputs = [...crate, ...circuitSources(root, certifyCircuit), ...TOOLS]
  return commitFiles({ root, folder, inputs, say }, check, async () => {
    const key = await developmentKey(certifyCircuit, say)
    const verifier = new NativeVerifier(key)
    say(`key ${key.length} bytes, key id ${verifier.keyId}, setup ${verifier.setup}`)
    return { 'dev.key': key, 'built-in.ts': new TextEncoder().encode(idOf(verifier)) }
  })
}

function idOf({ circuitId }: NativeVerifier): string {
  return `/** Made by \`npm run build:certificate-key\`: what every key of the certificate's circuit has in common. */
export const CERTIFICATE_CIRCUIT_ID = '${circuitId}'
`
}

process.exitCode = await main(process.argv.includes('--check'))
