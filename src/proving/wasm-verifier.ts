import { bytesToHex } from '../lib/index.ts'
import type { SetupKind, SnarkVerifier } from './engine.ts'
import { type LoadedKey, loadKey, type OpenWasmOptions, wasmVerifierError } from './wasm-instance.ts'

/**
 * Compiles the module and decodes the compact key, which may be anybody’s: nothing in it is trusted. Runs wherever WebAssembly does; needs nothing of
 * the host.
 */
export async function openWasmVerifier(
  wasm: Uint8Array | WebAssembly.Module,
  key: Uint8Array,
  options: OpenWasmOptions = {},
): Promise<SnarkVerifier> {
  return new WasmVerifier(await loadKey(wasm, key, options, 'wsc_key_load'))
}

const ID_BYTES = 32

class WasmVerifier implements SnarkVerifier {
  readonly keyId: string
  readonly circuitId: string
  readonly setup: SetupKind
  readonly arity: number
  readonly #key: LoadedKey

  constructor(key: LoadedKey) {
    this.#key = key
    const { info } = key
    this.keyId = bytesToHex(info.subarray(0, ID_BYTES))
    this.setup = info[ID_BYTES] === 1 ? 'ceremony' : 'insecure-dev'
    this.arity = new DataView(info.buffer).getUint32(ID_BYTES + 1, true)
    this.circuitId = bytesToHex(info.subarray(ID_BYTES + 5))
  }

  async verify(snark: Uint8Array, steps: number, start: Uint8Array): Promise<Uint8Array> {
    // Steps come from an untrusted file: whole and exact, or refused.
    if (!Number.isSafeInteger(steps) || steps < 1) {
      throw wasmVerifierError('E_PROOF_INVALID', 'the number of steps is not a positive integer')
    }
    return await this.#key.judge([snark, start], (exports, handle, snarkAt, snarkLength, startAt, startLength) =>
      exports.wsc_verify(handle, snarkAt, snarkLength, BigInt(steps), startAt, startLength),
    )
  }

  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    return this.#key.call([inputs], (exports, _handle, at, length) => exports.wsc_poseidon(tag, at, length))
  }
}
