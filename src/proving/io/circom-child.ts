import fs from 'node:fs'
import { createRequire } from 'node:module'

/** What is used of the package circom2, which has no types. */
interface Circom {
  readonly CircomRunner: new (options: object) => { execute(wasm: Uint8Array): Promise<unknown> }
  readonly bindings: object
}

// The Circom compiler in a confined process. Its file system is the folder that it starts in, and nothing above it; the
// package's own command opens every folder up to the root.
const require = createRequire(import.meta.url)
const { CircomRunner, bindings } = require('circom2') as Circom
const end = {
  exit: (code: number) => process.exit(code),
  kill: () => process.exit(1),
}
const circom = new CircomRunner({
  ...{ args: process.argv.slice(2), env: {}, preopens: { '.': '.' } },
  bindings: { ...bindings, ...end, fs },
})
try {
  await circom.execute(fs.readFileSync(require.resolve('circom2/circom.wasm')))
} catch (error) {
  console.error(error)
  process.exit(1)
}
