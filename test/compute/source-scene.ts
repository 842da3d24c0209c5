import {
  decodeHeader,
  encodeEnvelope,
  encodeHeader,
  type Header,
  headerHash,
  regtest,
  toDisplay,
} from '../../src/bitcoin/index.ts'
import { type Attestation, attestHeader, attestInscription, encodeField } from '../../src/bus/index.ts'
import { History } from '../../src/bus/io/history/history.ts'
import { memoryTable } from '../../src/bus/io/history/table.ts'
import { fileSource } from '../../src/bus/io/prover/header-source.ts'
import type { SourceProgram } from '../../src/compute/circuit/verify-source.ts'
import type { CircuitProgram } from '../../src/compute/manifest/circuit-program.ts'
import type { Manifest } from '../../src/compute/manifest/manifest.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import { type CircuitResult, encodeResult, type ProgramResult } from '../../src/compute/result/result-file.ts'
import { bytesToHex, concatBytes, equalBytes, rejection } from '../../src/lib/index.ts'
import type { ProofVerifier } from '../../src/proving/index.ts'
import { recordContent, signRecord } from '../../src/settlement/index.ts'
import { built, idOf, opened } from '../bus/attestation-scene.ts'
import { poseidonSource } from '../bus/poseidon-reference.ts'
import { SECRET_KEY } from '../settlement/record-fixture.ts'
import { spend, syntheticBlock } from '../support/synthetic-block.ts'

/** A program whose results others read, and a chain that holds records of them. */

export const SOURCE: Uint8Array<ArrayBuffer> = new Uint8Array(32).fill(0x5a)

export function manifestOf(text: string): Manifest<CircuitProgram> {
  const read = readManifest(new TextEncoder().encode(text))
  if (!read.ok || read.manifest.program.kind !== 'circuit') throw new Error(read.ok ? 'no circuit' : read.detail)
  return { ...read.manifest, program: read.manifest.program }
}

/** Takes one argument, says one value. */
const sourceManifest = manifestOf(`version: 1
name: source
dataSources: [{ kind: headers }]
trigger: { onRequest: true }
program: { kind: circuit, circuit: a.circom, arguments: [{ signal: x }], outputs: [y] }
`)

/** Reads such a result. */
export const readerManifest: Manifest<CircuitProgram> = manifestOf(`version: 1
name: reader
dataSources: [{ kind: result, program: ${bytesToHex(SOURCE)} }]
trigger: { onEvent: true }
program:
  kind: circuit
  circuit: b.circom
  input: { signal: in, bytes: 132, commitment: read, condition: holds }
  outputs: [holds, read]
`)

/** The proof of these values is their bytes: proof systems have tests of their own. */
export const echo: ProofVerifier = {
  info: { scheme: 'spartan', keyId: '', setup: 'insecure-dev', publicValues: 2 },
  verify: async (proof, given) =>
    equalBytes(proof, given) ? { ok: true } : rejection('proof-invalid', 'it is of other values'),
}

export const source: SourceProgram = { kind: 'circuit', id: SOURCE, manifest: sourceManifest, verifier: echo }
export const programs = { open: async (id: string) => (id === bytesToHex(SOURCE) ? source : null) }

export function resultAt(header: Header, height: number, change: Partial<CircuitResult> = {}): CircuitResult {
  const values = [7n, 5n]
  const own = { kind: 'circuit' as const, program: SOURCE, height, blockHash: headerHash(header), values }
  return { ...own, proof: encodeField(values), ...change }
}

/** Script of a transaction that reveals the record of a result. */
export function recordScript(result: ProgramResult, kind = 'result', type = 'application/wscr'): Uint8Array {
  const body = encodeResult(result)
  const { height, blockHash } = result
  const program = new Uint8Array(result.program)
  const content = { params: regtest, contentType: new TextEncoder().encode(type), body }
  const about = { v: 1 as const, kind, program, height, blockHash, output: new Uint8Array(), seq: 1 }
  const record = signRecord(about, content, SECRET_KEY, new Uint8Array(32))
  return encodeEnvelope(recordContent(record, type, body))
}

/** A chain of blocks, made one after the other, each of them of what the headers so far have it say; then some without anything. */
export async function chainOf(
  blocks: readonly ((headers: readonly Header[]) => readonly (readonly Uint8Array[])[])[],
  after = 4,
) {
  const made: ReturnType<typeof syntheticBlock>[] = []
  const headers: Header[] = []
  const last = () => headers.at(-1)
  for (const scripts of blocks) {
    const previous = last()
    const spends = scripts(headers).map((some, i) => spend(headers.length * 16 + i, some))
    const block = syntheticBlock(spends, previous === undefined ? {} : { prevHash: headerHash(previous) })
    made.push(block)
    headers.push(decodeHeader(block.headerBytes))
  }
  for (let i = 0; i < after; i++) {
    headers.push({ ...(last() as Header), prevHash: headerHash(last() as Header), nonce: i })
  }
  const history = await History.open({ height: 0, header: headers[0] as Header }, memoryTable(), poseidonSource)
  const file = fileSource(concatBytes(...headers.map(encodeHeader)), 0)
  if (!file.ok) throw new Error(file.reject)
  const tipHeight = headers.length - 1
  await history.sync(file.source, tipHeight)
  const chain = {
    ...{ height: tipHeight, tip: toDisplay(headerHash(last() as Header)) },
    ...{ accumulator: await history.commitment(tipHeight), anchor: null },
  }
  const placeOf = async (height: number, tip = tipHeight) => {
    return { tipHeight: tip, height, path: await history.path(height, tip) }
  }
  return {
    headers,
    chain,
    /** Those that hold transactions. */
    blocks: made,
    history,
    source: file.source,
    async inscription(height: number, transaction: number, tip?: number): Promise<Attestation> {
      const block = made[height] as (typeof made)[number]
      const place = await placeOf(height, tip)
      return built(attestInscription(place, opened(block), idOf(block, transaction), 0))
    },
    async header(height: number): Promise<Attestation> {
      return attestHeader(await placeOf(height), encodeHeader(headers[height] as Header))
    },
  }
}
