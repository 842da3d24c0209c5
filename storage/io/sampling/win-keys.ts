import {
  compileCircuit,
  ensureProofSetup,
  type KeyDirectory,
  requireProver,
  type SetupOptions,
} from '../../../src/proving/io/index.ts'
import { winCircuit } from '../win-circuit.ts'

/** Keys of the circuit `win`, made where the cache does not hold them: a minute or two, once. Throws E_NO_ADDON. */
export async function winKeys(options: SetupOptions = {}): Promise<KeyDirectory> {
  requireProver()
  options.onProgress?.('compile', 0, 0)
  return await ensureProofSetup(await compileCircuit(winCircuit), options)
}
