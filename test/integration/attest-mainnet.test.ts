import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import {
  type Block,
  contextFromHeaders,
  mainnet,
  parseEnvelopes,
  toDisplay,
  transactionId,
} from '../../src/bitcoin/index.ts'
import {
  type Attestation,
  attestInscription,
  attestTransaction,
  decodeAttestation,
  encodeAnchor,
  encodeAttestation,
  type HeaderPlace,
  openBlock,
  type Poseidon,
  type ProvedChain,
  poseidonOf,
  verifyAttestation,
  verifyProof,
} from '../../src/bus/index.ts'
import { fileSource, History, memoryTable, provedPlaces } from '../../src/bus/io/index.ts'
import { NativeVerifier } from '../../src/proving/io/index.ts'
import { block, gunzip } from '../support/blocks.ts'
import { BusPlace } from '../support/bus-place.ts'
import { builtInKey } from '../support/bus-proof.ts'
import { rejectOf, wellOf } from '../support/results.ts'
import { sharedData } from '../support/shared-data.ts'

/** Real block 830000 under a real proof from an anchor just below it (acceptance 1). */
const FIRST = 822_527
const HEIGHT = 830_000
const ANCHOR = HEIGHT - 5
const TIP = HEIGHT + 6
const INSECURE = ['--network', 'mainnet', '--insecure-dev-setup'] as const
const BLOCK = 'blocks/mainnet_830000_eb2cffbc1f.bin.gz'
const HEADERS = 'headers/main_822527_830592.bin'

let place: BusPlace
beforeAll(async () => {
  place = await BusPlace.make()
})
afterAll(() => place.remove())

interface Scene {
  readonly block: Block
  readonly chain: ProvedChain
  readonly poseidon: Poseidon
  readonly place: HeaderPlace
}
let prepared: Promise<Scene> | undefined

const scene = (test: TestContext): Promise<Scene> => {
  prepared ??= prepare(sharedData(test, HEADERS), sharedData(test, BLOCK))
  return prepared
}

async function prepare(headers: Uint8Array, zipped: Uint8Array): Promise<Scene> {
  const anchor = contextFromHeaders(mainnet, headers, FIRST, ANCHOR)
  if (!anchor.ok) throw new Error(anchor.reject)
  await place.put('anchor.json', encodeAnchor(mainnet, anchor.next))
  await place.put('headers.bin', headers)
  await place.put('block.bin.gz', zipped)
  const from = ['--headers', place.file('headers.bin'), '--start-height', String(FIRST)]
  await place.prove('chain.proof', ...INSECURE, ...from, '--anchor', place.file('anchor.json'), '--to', String(TIP))

  const verifier = new NativeVerifier(await builtInKey())
  const options = { params: mainnet, verifier, now: Date.now() / 1000, anchor: anchor.next, allowInsecureSetup: true }
  const { chain } = wellOf(await verifyProof(await readFile(place.file('chain.proof')), options))
  const history = await History.open(anchor.next, memoryTable(), verifier)
  const made = fileSource(headers, FIRST)
  if (!made.ok) throw new Error(made.reject)
  await history.sync(made.source, TIP)
  const places = await provedPlaces(history, chain)
  return { block: block(gunzip(zipped)), chain, poseidon: poseidonOf(verifier), place: await places.place(HEIGHT) }
}

/** Through the binary form, then judged. */
function reasonOf(attestation: Attestation, { chain, poseidon }: Scene): string | null {
  const read = decodeAttestation(encodeAttestation(attestation))
  if (!read.ok) return read.reject
  return rejectOf(verifyAttestation(read.attestation, chain, poseidon))
}

const open = (of: Block) => {
  const opened = openBlock(of)
  if (!opened.ok) throw new Error(opened.detail)
  return opened.open
}

describe('real block 830000', () => {
  it('all 1,851 transactions are attested', async (test) => {
    const here = await scene(test)
    const opened = open(here.block)
    const refused: string[] = []
    const sizes: number[] = []
    for (const tx of here.block.transactions) {
      const built = attestTransaction(here.place, opened, toDisplay(transactionId(tx)))
      if (!built.ok) throw new Error(built.detail)
      const reason = reasonOf(built.attestation, here)
      if (reason !== null) refused.push(reason)
      sizes.push(encodeAttestation(built.attestation).length - (built.attestation.transaction?.length ?? 0))
    }
    expect(refused).toEqual([])
    expect(sizes).toHaveLength(1851)
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
    console.log(
      `beside the transaction itself ${Math.min(...sizes)} to ${Math.max(...sizes)} bytes, ${mean.toFixed(0)} on average`,
    )
  })

  it('all inscriptions of its 151 reveals are attested', async (test) => {
    const here = await scene(test)
    const opened = open(here.block)
    const refused: string[] = []
    const types = new Map<string, number>()
    const sizes: number[] = []
    const reveals = here.block.transactions.filter((tx) => parseEnvelopes(tx).length > 0)
    for (const tx of reveals) {
      for (const { index } of parseEnvelopes(tx)) {
        const built = attestInscription(here.place, opened, toDisplay(transactionId(tx)), index)
        if (!built.ok) throw new Error(built.detail)
        const read = decodeAttestation(encodeAttestation(built.attestation))
        const result = read.ok ? verifyAttestation(read.attestation, here.chain, here.poseidon) : null
        const payload = result?.ok ? result.verified.payload : null
        if (payload?.kind !== 'inscription') refused.push((result && rejectOf(result)) ?? 'form')
        else {
          const type = new TextDecoder().decode(payload.envelope.contentType ?? undefined)
          types.set(type, (types.get(type) ?? 0) + 1)
          sizes.push(encodeAttestation(built.attestation).length - tx.bytes.length)
        }
      }
    }
    expect(refused).toEqual([])
    expect(reveals).toHaveLength(151)
    console.log(`content types: ${JSON.stringify(Object.fromEntries(types))}`)
    console.log(`beside the reveal itself at most ${Math.max(...sizes)} bytes`)
  })

  it('are attested and checked by the command, from files alone', async (test) => {
    const here = await scene(test)
    const judged = [...INSECURE, '--anchor', place.file('anchor.json'), '--proof', place.file('chain.proof')]
    const files = ['--headers', place.file('headers.bin'), '--start-height', String(FIRST)]
    const material = [...files, '--block', place.file('block.bin.gz')]
    const txid = toDisplay(transactionId(here.block.transactions[1234]!))
    const reveal = here.block.transactions.find((tx) => parseEnvelopes(tx).length > 0)!
    const id = `${toDisplay(transactionId(reveal))}i0`
    for (const [kind, what, out, from] of [
      ['tx', txid, 'tx.attestation', material],
      ['tx', txid, 'tx.json', material],
      ['output', `${txid}:0`, 'output.attestation', material],
      ['inscription', id, 'inscription.attestation', material],
      ['header', String(HEIGHT), 'header.attestation', files],
    ] as const) {
      const out1 = place.file(out)
      const made = await place.run('attest', kind, what, ...from, ...judged, '--out', out1, '--json')
      expect([made.exit, made.stderr]).toEqual([0, ''])
      const run = await place.run('check', out1, ...judged, '--json')
      expect(run.exit).toBe(0)
      const json = JSON.parse(run.stdout)
      expect(Object.keys(json)).toEqual(['valid', 'reason', 'kind', 'height', 'blockHash', 'confirmations', 'payload'])
      const blockHash = toDisplay(here.block.hash)
      expect(json).toMatchObject({ valid: true, reason: null, kind, height: HEIGHT, blockHash, confirmations: 7 })
    }
    const body = place.file('body')
    const saved = await place.run('check', place.file('inscription.attestation'), ...judged, '--body', body)
    expect(saved.exit).toBe(0)
    expect(new Uint8Array(await readFile(body))).toEqual(parseEnvelopes(reveal)[0]?.body)

    const raw = new Uint8Array(await readFile(place.file('tx.attestation')))
    await place.put('forged.attestation', raw.with(60, (raw[60] as number) ^ 1))
    const forged = await place.run('check', place.file('forged.attestation'), ...judged, '--json')
    expect([forged.exit, JSON.parse(forged.stdout)]).toEqual([
      1,
      {
        valid: false,
        reason: 'not-in-chain',
        kind: 'tx',
        height: null,
        blockHash: null,
        confirmations: null,
        payload: null,
      },
    ])
    const noAnchor = ['--proof', place.file('chain.proof'), ...INSECURE]
    const unproved = await place.run('check', place.file('tx.attestation'), ...noAnchor, '--json')
    expect([unproved.exit, JSON.parse(unproved.stdout).reason]).toEqual([1, 'proof:wrong-start'])
    const missing = await place.run('check', place.file('nothing'), ...judged, '--json')
    expect([missing.exit, missing.stdout]).toEqual([2, ''])
    const nowhere = await place.run('attest', 'tx', 'ff'.repeat(32), ...material, ...judged, '--out', body, '--json')
    expect([nowhere.exit, JSON.parse(nowhere.stdout).reason]).toEqual([1, 'unknown-block'])
  })
})
