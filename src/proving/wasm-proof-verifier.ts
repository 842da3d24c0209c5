import { bytesToHex, type Result } from '../lib/index.ts'
import type { ProofInfo, ProofReject, ProofVerifier } from './engine.ts'
import { judged } from './judged.ts'
import { type LoadedKey, loadKey, type OpenWasmOptions } from './wasm-instance.ts'

const ID_BYTES = 32

/**
 * A verifier of a circuit's one-shot proofs by WebAssembly, from the circuit's compact key. Nothing in such a key is
 * trusted, so none needs checking.
 */
export async function openWasmProofVerifier(
  wasm: Uint8Array | WebAssembly.Module,
  key: Uint8Array,
  options: OpenWasmOptions = {},
): Promise<ProofVerifier> {
  return new WasmProofVerifier(await loadKey(wasm, key, options, 'wsc_circuit_key_load'))
}

class WasmProofVerifier implements ProofVerifier {
  readonly info: ProofInfo
  readonly #key: LoadedKey

  constructor(key: LoadedKey) {
    this.#key = key
    const { info } = key
    this.info = {
      scheme: 'spartan',
      keyId: bytesToHex(info.subarray(0, ID_BYTES)),
      setup: info[ID_BYTES] === 1 ? 'ceremony' : 'insecure-dev',
      publicValues: new DataView(info.buffer).getUint32(ID_BYTES + 1, true),
    }
  }

  verify(proof: Uint8Array, publicValues: Uint8Array): Promise<Result<object, ProofReject>> {
    return judged(proof, publicValues, async (...given) => {
      await this.#key.judge(given, (exports, handle, ...places) => exports.wsc_circuit_verify(handle, ...places))
    })
  }
}
