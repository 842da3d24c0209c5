import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadVerifier, type SnarkVerifier, verifyProofRequest } from '../../src/index.ts'
import { openWasmVerifier } from '../../src/proving/index.ts'

// Made by `wsc bus prove --network mainnet --insecure-dev-setup --to 10` under the committed development key; to be
// made anew whenever that key changes.
const proof = new Uint8Array(await readFile(new URL('../vectors/mainnet-height-10.proof', import.meta.url)))
const folder = new URL('../../src/bus/verifier/', import.meta.url)
const wasm = new Uint8Array(await readFile(new URL('wsc-folding.wasm', folder)))
const key = new Uint8Array(await readFile(new URL('dev.key', folder)))
const now = 1_800_000_000

/** The verifier, remembering what it was last asked. */
class Recorder implements SnarkVerifier {
  asked: [snark: Uint8Array, steps: number, start: Uint8Array] | undefined
  readonly keyId: string
  readonly circuitId: string
  readonly setup: SnarkVerifier['setup']
  readonly arity: number
  readonly #inner: SnarkVerifier
  constructor(inner: SnarkVerifier) {
    this.#inner = inner
    this.keyId = inner.keyId
    this.circuitId = inner.circuitId
    this.setup = inner.setup
    this.arity = inner.arity
  }
  verify(...asked: [Uint8Array, number, Uint8Array]): Promise<Uint8Array> {
    this.asked = asked
    return this.#inner.verify(...asked)
  }
  poseidon(tag: number, inputs: Uint8Array): Uint8Array {
    return this.#inner.poseidon(tag, inputs)
  }
}

const code = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  )

describe('the committed WebAssembly verifier', () => {
  let verifier: SnarkVerifier
  let snark: Uint8Array
  let steps: number
  let start: Uint8Array
  beforeAll(async () => {
    const recorder = new Recorder(await loadVerifier())
    const { result } = await verifyProofRequest({ proof, network: 'mainnet', allowInsecureSetup: true, now }, recorder)
    expect(result).toMatchObject({ ok: true, chain: { height: 10, setup: 'insecure-dev' } })
    ;[snark, steps, start] = recorder.asked!
    verifier = recorder
  })

  it('imports nothing', () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(wasm))).toEqual([])
  })

  it('refuses every flipped byte', { timeout: 180_000 }, async () => {
    const stride = Math.ceil(snark.length / 10)
    for (let at = 7; at < snark.length; at += stride) {
      const bad = snark.slice()
      bad[at]! ^= 1 << (at % 8)
      expect(['E_PROOF_INVALID', 'E_PROOF_MALFORMED'], `byte ${at}`).toContain(
        await code(verifier.verify(bad, steps, start)),
      )
    }
    expect(await code(verifier.verify(snark, steps, start))).toBe('accepted')
  })

  it('refuses other lengths, steps and starts', async () => {
    expect(await code(verifier.verify(snark.subarray(1), steps, start))).toBe('E_PROOF_MALFORMED')
    expect(await code(verifier.verify(new Uint8Array(), steps, start))).toBe('E_PROOF_MALFORMED')
    for (const wrong of [steps + 1, 0, -1, 1.5, Number.NaN, 2 ** 53]) {
      expect(await code(verifier.verify(snark, wrong, start)), `${wrong} steps`).toBe('E_PROOF_INVALID')
    }
    const other = start.slice()
    other[0]! ^= 1
    expect(await code(verifier.verify(snark, steps, other))).toBe('E_PROOF_INVALID')
    expect(await code(verifier.verify(snark, steps, start.subarray(32)))).toBe('E_PROOF_INVALID')
    expect(await code(verifier.verify(snark, steps, new Uint8Array(start.length).fill(255)))).toBe('E_PROOF_INVALID')
  })

  it('refuses what makes it trap, and judges the next by a fresh instance', async () => {
    const opened = await loadVerifier()
    // No memory is that large: allocating fails inside the module. A file's bounds keep proofs far from it.
    const endless = { length: 0xffff_fff0 } as Uint8Array
    let trap = true
    const trapping: SnarkVerifier = {
      keyId: opened.keyId,
      circuitId: opened.circuitId,
      setup: opened.setup,
      arity: opened.arity,
      poseidon: (tag, inputs) => opened.poseidon(tag, inputs),
      verify: (...asked) => opened.verify(trap ? endless : asked[0], asked[1], asked[2]),
    }
    const judged = async () =>
      (await verifyProofRequest({ proof, network: 'mainnet', allowInsecureSetup: true, now }, trapping)).result
    for (let time = 0; time < 3; time++) {
      trap = true
      expect(await judged()).toMatchObject({ ok: false, reject: 'proof-malformed' })
      expect(await code(opened.verify(endless, steps, start))).toBe('E_INTERNAL')
      trap = false
      expect(await judged()).toMatchObject({ ok: true, chain: { height: 10 } })
    }
    // Asked at once, the second does not meet the first one's broken memory.
    const both = await Promise.all([
      code(opened.verify(endless, steps, start)),
      code(opened.verify(snark, steps, start)),
    ])
    expect(both).toEqual(['E_INTERNAL', 'accepted'])
  })

  it('refuses keys that are cut short, lengthened or something else', async () => {
    for (const bad of [
      key.subarray(0, -1),
      key.subarray(0, 20),
      new Uint8Array(),
      Uint8Array.of(...key.subarray(1, 99)),
    ]) {
      expect(await code(openWasmVerifier(wasm, bad))).toBe('E_KEY')
    }
    const longer = new Uint8Array(key.length + 1)
    longer.set(key)
    expect(await code(openWasmVerifier(wasm, longer))).toBe('E_KEY')
  })
})
