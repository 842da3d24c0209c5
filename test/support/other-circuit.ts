import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeField } from '../../src/bus/index.ts'
import { WitnessCalculator } from '../../src/proving/index.ts'
import { compileCircom, ensureSetup, type KeyDirectory, NativeEngine } from '../../src/proving/io/index.ts'
import { developmentPowers } from '../../src/proving/io/setup.ts'

/** Any state follows any other: what a forger would like the bus circuit to be. */
const ANYTHING = `pragma circom 2.1.6;
template Anything() {
  signal input state[10];
  signal input wish[10];
  signal output next[10];
  signal square[10];
  for (var i = 0; i < 10; i++) {
    square[i] <== state[i] * wish[i];
    next[i] <== wish[i];
  }
}
component main { public [state] } = Anything();
`

/** Powers for it are small: 2^15 instead of 2^17. */
export const OTHER_POWER = 15

export interface OtherCircuit {
  readonly keys: KeyDirectory
  readonly ptau: string
  /** A SNARK, by this circuit's own key, that one step leads from `start` to `wish`. */
  prove(start: readonly bigint[], wish: readonly bigint[]): Promise<{ snark: Uint8Array; keyId: string }>
}

/** A circuit with a setup of its own, ten elements of state like the bus. `pin` stands in for the ceremony's τ·G2. */
export async function otherCircuit(directory: string, pin?: Uint8Array, powers?: string): Promise<OtherCircuit> {
  await mkdir(directory, { recursive: true })
  const main = join(directory, 'anything.circom')
  await writeFile(main, ANYTHING)
  const circuit = await compileCircom(main)
  const ptau = powers ?? (await developmentPowers(OTHER_POWER))
  const keys = await ensureSetup(circuit, { ptau, ...(pin === undefined ? {} : { ceremonyTauG2: pin }) })
  return {
    keys,
    ptau,
    async prove(start, wish) {
      const engine = await NativeEngine.load(keys)
      const calculator = await WitnessCalculator.load(new Uint8Array(await readFile(circuit.wasm)))
      const fold = engine.begin(encodeField([...start]))
      await fold.fold(calculator.calculate({ state: start, wish }))
      return { snark: await fold.compress(), keyId: engine.info.keyId }
    },
  }
}
