import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeHeader, toDisplay } from '../../src/bitcoin/index.ts'
import { type Attestation, attestHeader, encodeField, FIELD_MODULUS, type ProvedChain } from '../../src/bus/index.ts'
import { appendedRecords } from '../../src/bus/io/history/nodes.ts'
import { History, memoryTable } from '../../src/bus/io/index.ts'
import { leafBytes } from '../../src/bus/leaf.ts'
import { decodeResult, encodeResult, type StreamResult } from '../../src/compute/result/result-file.ts'
import { logOf, readEntry } from '../../src/compute/stream/log.ts'
import { verifyStream } from '../../src/compute/stream/verify-stream.ts'
import { concatBytes, WscError } from '../../src/lib/index.ts'
import { placed, txAt } from '../bus/attestation-scene.ts'
import { poseidon, poseidonSource } from '../bus/poseidon-reference.ts'
import { headersAt, plainStatistics, stateAfter } from '../circuits/stream-scene.ts'
import { syntheticBlock } from '../support/synthetic-block.ts'
import { standardManifest } from './standard-manifest.ts'

const HEADERS = headersAt(0, [1000, 1600, 1500, 5000, 5600, 4000, 9000, 9001, 9002, 20_000])
const { log, own } = plainStatistics(HEADERS, 4)
const { history } = stateAfter(HEADERS)
const chained = logOf(poseidon, log)
const last = HEADERS.at(-1)!
const honest: StreamResult = {
  kind: 'stream',
  ...{ program: new Uint8Array(32).fill(7), height: 9, blockHash: last.hash, steps: 4 },
  ...{ state: own, log, proof: Uint8Array.of(1, 2, 3) },
}
const chain = {
  ...{ height: 9, anchor: null, accumulator: history.commitment },
  tip: toDisplay(last.hash),
} as ProvedChain

/** A verifier of one proof, beneath the rules that are tested here: what it proves, or throws. */
const verifier = (proves: readonly bigint[] | Error) => ({
  ...{ keyId: '', circuitId: '', setup: 'insecure-dev' as const, arity: 7, ...poseidonSource },
  verify: async () => {
    if (proves instanceof Error) throw proves
    return encodeField(proves)
  },
})
const verify = (
  change: Partial<StreamResult>,
  proves: readonly bigint[] | Error = [history.commitment, chained, ...own],
  under: { chain: ProvedChain; prefix?: Attestation } = { chain },
) =>
  verifyStream(
    { ...honest, ...change },
    { program: honest.program, manifest: standardManifest(), verifier: verifier(proves), ...under },
  )

/** A chain of the same headers but the tenth, five later ones after it, and attestations of its headers. */
async function longer(tenth: (typeof HEADERS)[number]) {
  const all = [...HEADERS.slice(0, 9), tenth, ...headersAt(10, [20_600, 21_000, 22_000, 22_500, 23_000])]
  const table = memoryTable()
  const leaves = concatBytes(...all.map(({ height, hash, header }) => leafBytes(height, hash, header)))
  const none = { count: 0, peakRoot: () => new Uint8Array() }
  await table.append(appendedRecords(poseidonSource, none, leaves), true)
  const kept = await History.open({ height: 0, header: all[0]!.header }, table, poseidonSource)
  const [height, tip] = [14, toDisplay(all[14]!.hash)]
  const accumulator = await kept.commitment(height)
  return {
    chain: { height, tip, accumulator, anchor: null } as ProvedChain,
    attest: async (at: number) =>
      attestHeader({ tipHeight: height, height: at, path: await kept.path(at, height) }, encodeHeader(all[at]!.header)),
  }
}

describe('a stream’s result', () => {
  test('is told by the manifest’s names', async () => {
    const result = await verify({})
    expect(result).toMatchObject({ ok: true, verified: { height: 9, steps: 4, state: { last: 20_000n, begun: 1n } } })
    expect(result.ok && result.verified.log).toEqual([
      { first: 1000n, last: 5000n, bits: BigInt(HEADERS[0]!.header.bits), height: 3n, greatest: 2n ** 32n + 3500n },
      { first: 5600n, last: 9001n, bits: BigInt(HEADERS[4]!.header.bits), height: 7n, greatest: 2n ** 32n + 5000n },
    ])
  })

  test.each<[string, Partial<StreamResult>, (readonly bigint[] | Error) | undefined, string]>([
    ['of another program', { program: new Uint8Array(32) }, undefined, 'wrong-program'],
    ['of another height', { height: 8 }, undefined, 'wrong-height'],
    ['of another block', { blockHash: HEADERS[0]!.hash }, undefined, 'wrong-block'],
    ['of no step', { steps: 0 }, undefined, 'bad-steps'],
    ['of more steps than headers', { steps: 11 }, undefined, 'bad-steps'],
    ['of an element less', { state: own.slice(1) }, undefined, 'bad-state'],
    ['with an entry left out', { log: log.slice(1) }, undefined, 'bad-log'],
    ['with more entries than steps', { log: Array(5).fill(0n) }, undefined, 'bad-log'],
    ['with entries in another order', { log: log.toReversed() }, undefined, 'bad-log'],
    ['with an entry that says more than its fields', { log: [log[0]! + (1n << 161n), log[1]!] }, undefined, 'bad-log'],
    ['with another state than is proved', { state: own.with(1, 5n) }, undefined, 'wrong-state'],
    ['over other headers', {}, [history.commitment + 1n, chained, ...own], 'wrong-history'],
    ['that does not verify', {}, new WscError('E_PROOF_INVALID', ''), 'proof-invalid'],
    ['that cannot be decoded', {}, new WscError('E_PROOF_MALFORMED', ''), 'proof-malformed'],
    ['that makes the verifier fail', {}, new WscError('E_INTERNAL', ''), 'proof-malformed'],
  ])('%s is refused', async (_what, change, proves, reject) => {
    expect(await verify(change, proves)).toMatchObject({ ok: false, reject })
  })

  test('under a later bus proof it takes the attestation of its header there', async () => {
    const grown = await longer(last)
    const { chain } = grown
    expect(await verify({}, undefined, { chain })).toMatchObject({ reject: 'wrong-height' })
    const prefix = await grown.attest(9)
    expect(await verify({}, undefined, { chain, prefix })).toMatchObject({
      ok: true,
      verified: { height: 9, blockHash: toDisplay(last.hash), confirmations: 6, steps: 4 },
    })
  })

  test('with such an attestation it is refused where the two are not of one chain, height and block', async () => {
    const grown = await longer(last)
    const { chain } = grown
    const prefix = await grown.attest(9)
    const other = await longer(headersAt(9, [30_000])[0]!)
    const reject = async (
      under: { chain: ProvedChain; prefix: Attestation },
      change: Partial<StreamResult> = {},
      proves?: readonly bigint[],
    ) => {
      const result = await verify(change, proves, under)
      return result.ok ? null : result.reject
    }
    expect(await reject({ chain: other.chain, prefix })).toBe('prefix:not-in-chain')
    expect(await reject({ chain, prefix: await other.attest(9) })).toBe('prefix:not-in-chain')
    expect(await reject({ chain: other.chain, prefix: await other.attest(9) })).toBe('wrong-block')
    expect(await reject({ chain: { ...chain, height: 15 }, prefix })).toBe('prefix:other-proof')
    expect(await reject({ chain, prefix: await grown.attest(8) })).toBe('wrong-height')
    // A stream over all headers of the later proof, and one over others up to the same block.
    expect(await reject({ chain, prefix }, {}, [chain.accumulator, chained, ...own])).toBe('wrong-history')
    expect(await reject({ chain, prefix }, {}, [history.commitment + 1n, chained, ...own])).toBe('wrong-history')
    const block = await placed(syntheticBlock([]), 0)
    expect(await reject({ chain: block.chain as ProvedChain, prefix: txAt(block, 0) })).toBe('prefix:other-kind')
    const { path } = prefix
    expect(await reject({ chain, prefix: { ...prefix, path: [...path, 0n] } })).toBe('prefix:wrong-path-length')
    expect(await reject({ chain, prefix: { ...prefix, path: path.slice(1) } })).toBe('prefix:wrong-path-length')
    for (const [at, element] of path.entries()) {
      expect(await reject({ chain, prefix: { ...prefix, path: path.with(at, element ^ 1n) } })).toBe(
        'prefix:not-in-chain',
      )
    }
  })

  test('a failure that is no verdict is passed on', async () => {
    await expect(verify({}, new Error('disk'))).rejects.toThrow('disk')
  })
})

describe('a result’s file', () => {
  const file = encodeResult(honest)

  test('says what was written', () => {
    expect(decodeResult(file)).toEqual({ ok: true, result: honest })
  })

  test('cut anywhere, or longer, is refused', () => {
    for (let length = 0; length < file.length; length++) expect(decodeResult(file.subarray(0, length)).ok).toBe(false)
    expect(decodeResult(Uint8Array.of(...file, 0))).toMatchObject({ reject: 'trailing-bytes' })
  })

  test('of another kind, version or field is refused', () => {
    expect(decodeResult(file.with(0, 0))).toMatchObject({ reject: 'not-a-result' })
    expect(decodeResult(file.with(4, 2))).toMatchObject({ reject: 'unsupported-version' })
    const outside = encodeField([FIELD_MODULUS - 1n])
    outside[0]! += 1
    const at = 4 + 1 + 1 + 32 + 4 + 32 + 4 + 1
    expect(decodeResult(Uint8Array.of(...file.subarray(0, at), ...outside, ...file.subarray(at + 32)))).toMatchObject({
      reject: 'malformed',
    })
  })

  test('of any bytes is refused or is what it says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        const bytes = Uint8Array.of(...file.subarray(0, 5), ...tail)
        const result = decodeResult(bytes)
        if (result.ok) expect(encodeResult(result.result)).toEqual(bytes)
      }),
    )
  })
})

test('an entry is read from its low end', () => {
  const fields = [
    { name: 'low', bits: 4 },
    { name: 'high', bits: 8 },
  ]
  expect(readEntry(fields, 0xab5n)).toEqual({ low: 5n, high: 0xabn })
  expect(readEntry(fields, 0x1000n)).toBeNull()
})
