import { describe, expect, test } from 'vitest'
import { blockHash, toDisplay } from '../../src/bitcoin/index.ts'
import { encodeField, FIELD_MODULUS } from '../../src/bus/index.ts'
import { decodeResultMessage, encodeResultMessage } from '../../src/compute/peers/result-message.ts'
import { resultIdentity } from '../../src/compute/result/identity.ts'
import { decodeResult, encodeResult, namesLog, type WholeStream } from '../../src/compute/result/result-file.ts'
import { logOf } from '../../src/compute/stream/log.ts'
import { encodeLog, MAX_LOG_BYTES, withLog, withoutLog } from '../../src/compute/stream/stored-log.ts'
import { verifyStream } from '../../src/compute/stream/verify-stream.ts'
import { poseidon, poseidonSource } from '../bus/poseidon-reference.ts'
import { standardManifest } from './standard-manifest.ts'

const hash = poseidon
const content = new Uint8Array(32).fill(9)
const whole: WholeStream = {
  ...{ kind: 'stream', program: new Uint8Array(32).fill(7), height: 9, blockHash: blockHash(new Uint8Array(32)) },
  ...{ steps: 4, state: [1n, 2n, 3n, 4n, 5n], log: [1n, 2n, 1n << 90n], proof: Uint8Array.of(1, 2, 3) },
}
const named = withoutLog(whole, content, hash)
if (!namesLog(named)) throw new Error('it holds its log')

describe('a result that names its log', () => {
  test('is of one form, says what the whole one says, and is about the same', () => {
    const bytes = encodeResult(named)
    expect(decodeResult(bytes)).toEqual({ ok: true, result: named })
    for (let length = 0; length < bytes.length; length++) expect(decodeResult(bytes.subarray(0, length)).ok).toBe(false)
    expect(decodeResult(Uint8Array.of(...bytes, 0))).toMatchObject({ reject: 'trailing-bytes' })
    const at = bytes.length - whole.proof.length - 1 - 64
    const outside = bytes.slice()
    outside.fill(0xff, at, at + 32)
    expect(decodeResult(outside)).toMatchObject({ reject: 'malformed' })
    expect(resultIdentity(standardManifest(), named)).toEqual(resultIdentity(standardManifest(), whole))
  })

  test('takes its entries from the content, and no others', () => {
    const bytes = encodeLog(whole.log)
    expect(withLog(named, bytes, hash)).toEqual({ ok: true, result: whole })
    for (const [of, reject] of [
      [encodeLog(whole.log.toReversed()), 'wrong-log'],
      [encodeLog(whole.log.slice(1)), 'wrong-log'],
      [encodeLog([...whole.log, 0n]), 'wrong-log'],
      [new Uint8Array(0), 'wrong-log'],
      [bytes.subarray(1), 'malformed-log'],
      [Uint8Array.of(...bytes, 0), 'malformed-log'],
      [encodeField([1n]).fill(0xff), 'malformed-log'],
      [encodeLog([...whole.log, 0n, 0n]), 'malformed-log'],
    ] as const) {
      expect(withLog(named, of, hash)).toMatchObject({ reject })
    }
    const long = new Uint8Array(MAX_LOG_BYTES + 32)
    expect(withLog({ ...named, steps: 0xffff_ffff }, long, hash)).toMatchObject({ reject: 'malformed-log' })
  })

  test('hashes no more entries than there were steps', () => {
    const hashes = () => {
      throw new Error('hashed')
    }
    const content = new Uint8Array(32 * (named.steps + 1))
    expect(withLog(named, content, hashes)).toMatchObject({ reject: 'malformed-log' })
  })

  test('is verified without them: its proof ends in what commits to them', async () => {
    const proved = [FIELD_MODULUS - 1n, logOf(hash, whole.log), ...whole.state]
    const verifier = {
      ...{ keyId: '', circuitId: '', setup: 'insecure-dev' as const, arity: 7, ...poseidonSource },
      verify: async () => encodeField(proved),
    }
    const manifest = standardManifest()
    const chain = { height: 9, tip: toDisplay(whole.blockHash), accumulator: FIELD_MODULUS - 1n, anchor: null }
    const about = { program: whole.program, manifest, verifier, chain }
    expect(await verifyStream(named, about)).toMatchObject({ ok: true, verified: { log: null, named: named.log } })
    const other = { ...named, log: { ...named.log, commitment: 5n } }
    expect(await verifyStream(other, about)).toMatchObject({ reject: 'bad-log' })
    const { log: _, ...program } = manifest.program
    const keepsNone = { ...about, manifest: { ...manifest, program } }
    expect(await verifyStream(named, keepsNone)).toMatchObject({ reject: 'bad-log' })
  })

  test('goes from peer to peer with its log alone', () => {
    const message = (result: typeof named) => encodeResultMessage({ result, evidence: [] })
    expect(decodeResultMessage(message(whole as never))).toMatchObject({ ok: true })
    expect(decodeResultMessage(message(named))).toMatchObject({ detail: expect.stringContaining('without its log') })
  })
})
