import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blockHash } from '../../src/bitcoin/index.ts'
import { encodeField } from '../../src/bus/index.ts'
import { isForBitcoin, type Manifest } from '../../src/compute/manifest/manifest.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import { jobIdentity, resultIdentity } from '../../src/compute/result/identity.ts'
import type { CircuitResult, StreamResult } from '../../src/compute/result/result-file.ts'
import { bytesToHex, concatBytes } from '../../src/lib/index.ts'

const read = (text: string): Manifest => {
  const result = readManifest(new TextEncoder().encode(text))
  if (!result.ok) throw new Error(result.detail)
  return result.manifest
}
const STREAM = read(`
version: 1
name: a
dataSources: [{kind: headers}]
trigger: {everyBlocks: 1}
program: {kind: stream, circuit: a.circom, state: [x]}
`)
const CIRCUIT = read(`
version: 1
name: a
dataSources: [{kind: inscription}]
trigger: {onRequest: true}
program: {kind: circuit, circuit: a.circom, input: {signal: i, bytes: 3, commitment: c}, outputs: [x, c]}
`)
const at = { program: new Uint8Array(32).fill(1), height: 0x01020304, blockHash: blockHash(new Uint8Array(32).fill(2)) }
const stream: StreamResult = { ...at, kind: 'stream', steps: 1, state: [5n], log: [], proof: Uint8Array.of(1) }
const circuit: CircuitResult = { ...at, kind: 'circuit', values: [5n, 6n], proof: Uint8Array.of(1) }

test('an identity is the hash of what it is about, written down here once more', () => {
  const tag = sha256(new TextEncoder().encode('wsc/result'))
  const hash = (commitment: Uint8Array) =>
    sha256(concatBytes(tag, tag, at.program, Uint8Array.of(4, 3, 2, 1), at.blockHash, commitment))
  expect(resultIdentity(STREAM, stream)).toEqual(hash(new Uint8Array(32)))
  expect(resultIdentity(CIRCUIT, circuit)).toEqual(hash(encodeField([6n])))
  const given = { ...circuit, values: [5n, 6n, 7n] }
  expect(resultIdentity(CIRCUIT, given)).toEqual(hash(sha256(encodeField([6n, 7n]))))
})

test('of a circuit with private arguments all that it says is part of what it is about', () => {
  const secret = read(`
version: 1
name: a
dataSources: [{kind: headers}]
trigger: {onRequest: true}
program:
  kind: circuit
  circuit: a.circom
  proofSystem: groth16
  arguments: [{signal: recipient}, {signal: secret, private: true}]
  outputs: [nullifier]
`)
  const [one, other] = [resultIdentity(secret, circuit), resultIdentity(secret, { ...circuit, values: [4n, 6n] })]
  expect(one).not.toEqual(other)
  expect(one).toEqual(resultIdentity(secret, { ...circuit, proof: Uint8Array.of(2) }))
})

test('of a circuit that reads nothing of Bitcoin the block is no part: one proof counts once', () => {
  const claim = read(`
version: 1
name: a
dataSources: [{kind: headers}]
trigger: {onRequest: true}
program: {kind: circuit, circuit: a.circom, proofSystem: groth16, arguments: [{signal: recipient}], outputs: [x]}
`)
  const elsewhere = { ...circuit, height: 9, blockHash: blockHash(new Uint8Array(32).fill(3)) }
  expect(resultIdentity(claim, elsewhere)).toEqual(resultIdentity(claim, circuit))
  expect(resultIdentity(claim, { ...elsewhere, values: [5n, 7n] })).not.toEqual(resultIdentity(claim, circuit))
  expect(jobIdentity(claim, elsewhere)).not.toEqual(jobIdentity(claim, circuit))
  expect(resultIdentity(CIRCUIT, elsewhere)).not.toEqual(resultIdentity(CIRCUIT, circuit))
})

test('nodes may pay for results of programs whose manifest names Bitcoin as a destination', () => {
  const destinations = (manifest: Manifest) => ({ ...manifest, dataDestinations: [{ kind: 'inscription' as const }] })
  expect([STREAM, destinations(STREAM), destinations(CIRCUIT)].map(isForBitcoin)).toEqual([false, true, true])
})

test('what a result says, its proof and its steps do not change it; program, height, block and input do', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 250n), fc.uint8Array({ maxLength: 50 }), (value, proof) => {
      expect(resultIdentity(STREAM, { ...stream, state: [value], steps: 9, proof })).toEqual(
        resultIdentity(STREAM, stream),
      )
      expect(resultIdentity(CIRCUIT, { ...circuit, values: [value, 6n], proof })).toEqual(
        resultIdentity(CIRCUIT, circuit),
      )
    }),
  )
  const others: CircuitResult[] = [
    circuit,
    { ...circuit, program: new Uint8Array(32) },
    { ...circuit, height: 1 },
    { ...circuit, blockHash: blockHash(new Uint8Array(32)) },
    { ...circuit, values: [5n, 7n] },
    { ...circuit, values: [5n, 6n, 0n] },
  ]
  expect(new Set(others.map((one) => bytesToHex(resultIdentity(CIRCUIT, one)))).size).toBe(others.length)
})
