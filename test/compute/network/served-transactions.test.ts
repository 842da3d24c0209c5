import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Block,
  encodeHeader,
  fromDisplay,
  headerHash,
  mainnet,
  sameHash,
  strippedBytes,
  toDisplay,
  transactionId,
} from '../../../src/bitcoin/index.ts'
import { encodeField, poseidonOf } from '../../../src/bus/index.ts'
import { fileSource } from '../../../src/bus/io/index.ts'
import type { TransactionsOfKeys } from '../../../src/compute/io/open-program.ts'
import { OwnReading } from '../../../src/compute/io/service/own-reading.ts'
import { servedTransactions } from '../../../src/compute/io/service/served-transactions.ts'
import { SharedJobs } from '../../../src/compute/io/service/shared-jobs.ts'
import { readManifest } from '../../../src/compute/manifest/read-manifest.ts'
import { LocalQueue } from '../../../src/compute/queue/local-queue.ts'
import { encodeResult, type TransactionsResult } from '../../../src/compute/result/result-file.ts'
import type { OwnBlock } from '../../../src/compute/service/served-program.ts'
import { logOf } from '../../../src/compute/stream/log.ts'
import { encodeAskedPayments } from '../../../src/compute/transactions/asked-payments.ts'
import { PAYMENT_ELEMENTS, transactionKey } from '../../../src/compute/transactions/payment-state.ts'
import { decodePaymentsInput, encodePaymentsInput } from '../../../src/compute/transactions/payments-input.ts'
import { bytesToHex, concatBytes, hexToBytes, rejection } from '../../../src/lib/index.ts'
import { kernel } from '../../storage/kernels.ts'
import { chainAround } from '../../support/attested-chain.ts'
import { block as readBlock, smallBlock } from '../../support/blocks.ts'
import { plainPayments } from '../plain-payments.ts'
import { readsNothing, recordless } from './compute-scene.ts'

/** A real block of nine transactions as a chain's first one; headers without blocks follow. */
const block: Block = readBlock(smallBlock('mainnet-100002'))
const chain = await chainAround(encodeHeader(block.header), 0, 6)
const script = block.transactions[1]!.outputs[0]!.script
const paid = block.transactions.flatMap((transaction, index) => {
  const { outputs = 0n, sum = 0n } = plainPayments(strippedBytes(transaction), script) ?? {}
  return outputs === 0n ? [] : [{ index, outputs, sum }]
})
const made = fileSource(concatBytes(...chain.headers.map(encodeHeader)))
if (!made.ok) throw new Error(made.detail)
const blocks = {
  block: async (hash: Parameters<typeof sameHash>[0]) =>
    sameHash(hash, block.hash) ? { ok: true as const, block } : rejection('no-such-block' as const, 'it is not here'),
}
const reading = new OwnReading({
  ...{ ...recordless, history: chain.history, headers: made.source, blocks, poseidon: kernel },
})

async function at(height: number): Promise<OwnBlock | null> {
  const header = chain.headers[height]
  if (header === undefined) return null
  return { height, hash: headerHash(header), accumulator: await chain.history.commitment(height) }
}
const [first, tip] = [(await at(0)) as OwnBlock, (await at(6)) as OwnBlock]

const id = new Uint8Array(32).fill(7)
const text = readFileSync(new URL('../../../graphs/payments/graph.yaml', import.meta.url), 'utf8')
/** Takes the proof `1`, and says of it what such a proof of these transactions would. */
const poseidon = poseidonOf(kernel)
function programOf(yaml: string, counted: () => TransactionsResult): TransactionsOfKeys {
  const read = readManifest(new TextEncoder().encode(yaml))
  if (!read.ok) throw new Error(read.detail)
  const verifier = {
    poseidon: kernel.poseidon.bind(kernel),
    verify: async () => {
      const { transactions, outputs, sum } = counted()
      const state = new Array<bigint>(PAYMENT_ELEMENTS).fill(0n)
      state[2] = BigInt(transactions.length) + (outputs << 40n) + (sum << 80n)
      state[3] = transactionKey(transactions.at(-1)!)
      state[4] = logOf(poseidon, transactions.map(transactionKey))
      return encodeField(state)
    },
  }
  return { kind: 'transactions', id, manifest: read.manifest, verifier, constraints: 100 } as never
}

let last: TransactionsResult
const jobs: string[] = []
const queue = new LocalQueue(async (job) => {
  jobs.push(job.id)
  const [input] = job.inputs
  if (input === undefined || !('bytes' in input)) throw new Error('it has no bytes')
  const read = decodePaymentsInput(input.bytes)
  if (!read.ok) throw new Error(read.detail)
  expect(encodePaymentsInput(read.value)).toEqual(input.bytes)
  const { from, to, placed } = read.value
  last = {
    ...{ kind: 'transactions', program: id, height: job.height, blockHash: fromDisplay(job.blockHash), steps: 3 },
    ...{ script: read.value.script, from, to, proof: Uint8Array.of(1) },
    outputs: paid.reduce((all, { outputs }) => all + outputs, 0n),
    sum: paid.reduce((all, { sum }) => all + sum, 0n),
    transactions: placed.map(({ transaction }) => ({ height: transaction.height, index: transaction.index })),
  }
  return encodeResult(last)
})
await queue.start()
afterAll(() => queue.stop())
const inscriptions = { index: { tip: null, hashAt: async () => null, query: () => expect.fail() } }
const parts = { jobs: new SharedJobs(queue), kernel, params: mainnet, inscriptions, reading }
const { signal } = new AbortController()

describe('a program over transactions that is proved on request', () => {
  const served = servedTransactions(
    programOf(text, () => last),
    parts,
  )
  const ask = async (change: object = {}, evidence: readonly never[] | readonly [object] = []) => {
    const json = encodeAskedPayments({ script, from: 0, to: 0, height: 6, ...change })
    return await served.onRequest!.prepare({ arguments: json, evidence: evidence as never }, { at, tip })
  }

  it('counts what a peer asks for, in the history as it was at the block that it names', async () => {
    for (const height of [6, 0]) {
      const read = await ask({ height })
      if (!read.ok) throw new Error(read.detail)
      const { identity, block: about, prove } = read.prepared
      expect(about).toEqual(await at(height))
      const message = await prove(signal)
      expect(jobs.at(-1)).toBe(identity)
      expect(served.identityOf(message)).toBe(identity)
      expect(last.transactions).toEqual(paid.map(({ index }) => ({ height: 0, index })))
      expect(await served.judge(message, { block: about, at })).toMatchObject({ ok: true })
      const less = { ...message, result: { ...last, sum: last.sum - 1n } }
      expect(await served.judge(less, { block: about, at })).toMatchObject({ reject: 'wrong-state' })
      const more = { ...message, evidence: [{ attestations: [], content: Uint8Array.of(1) }] }
      expect(await served.judge(more, { block: about, at })).toMatchObject({ reject: 'wrong-input' })
    }
    expect(served).toMatchObject({ pace: null, onRequest: { proofSystem: 'fold' } })
  })

  it('counts named ones alone', async () => {
    const { index } = paid[0]!
    const txid = toDisplay(transactionId(block.transactions[index]!))
    const read = await ask({ txids: new Set([txid]) })
    if (!read.ok) throw new Error(read.detail)
    await read.prepared.prove(signal)
    expect(last.transactions).toEqual([{ height: 0, index }])
  })

  it.each([
    ['blocks that are not here', { to: 1 }, 'no-transactions'],
    ['a transaction that is not there', { txids: new Set(['ab'.repeat(32)]) }, 'no-transactions'],
    ['what nobody is paid', { script: Uint8Array.of(0x51) }, 'no-transactions'],
    ['a block that is not here', { height: 7 }, 'no-such-block'],
    ['heights out of their order', { from: 1 }, 'bad-arguments'],
    ['a block after that one', { to: 6, height: 5 }, 'bad-arguments'],
    ['more blocks than it reads', { to: 32, height: 32 }, 'bad-arguments'],
    ['a script that is too long', { script: new Uint8Array(63) }, 'bad-arguments'],
  ])('does not count %s', async (_what, change, reject) => {
    expect(await ask(change)).toMatchObject({ ok: false, reject })
  })

  it('takes no arguments that are none, and no evidence', async () => {
    for (const given of ['', '{}', '{"script":"51","from":0,"to":0,"height":6,"more":1}']) {
      expect(await served.onRequest!.prepare({ arguments: given, evidence: [] }, { at, tip })).toMatchObject({
        reject: 'bad-arguments',
      })
    }
    expect(await ask({}, [{ attestations: [], content: null }])).toMatchObject({ reject: 'wrong-input' })
  })
})

describe('a program of a script that its manifest names', () => {
  const fixed = text
    .replace('onRequest: true', 'everyBlocks: 1')
    .replace('circuit: payments.circom', `circuit: payments.circom\n  script: "${bytesToHex(script)}"`)
  const served = servedTransactions(
    programOf(fixed, () => last),
    parts,
  )

  it('counts by itself all that pays to it in the blocks since the last time', async () => {
    const message = await served.prove(first, signal)
    if (message === null) throw new Error('it is paid to')
    expect(last).toMatchObject({ from: 0, to: 0, script, transactions: { length: paid.length } })
    expect(await served.judge(message, { block: first, at })).toMatchObject({ ok: true })
    expect(served).toMatchObject({ pace: { every: 1, rest: 0 }, onRequest: null })
  })

  it('takes no result over less, or of another script', async () => {
    const message = (await served.prove(first, signal))!
    const whole = last
    last = { ...whole, transactions: [...whole.transactions, { height: 0, index: 8 }] }
    expect(await served.judge({ ...message, result: last }, { block: first, at })).toMatchObject({
      reject: 'incomplete',
    })
    last = whole
    const other = { ...whole, script: Uint8Array.of(0x51) }
    expect(await served.judge({ ...message, result: other }, { block: first, at })).toMatchObject({
      reject: 'wrong-script',
    })
  })

  it('has nothing to prove where nothing pays to it', async () => {
    const none = fixed.replace(bytesToHex(script), '51')
    const idle = servedTransactions(
      programOf(none, () => last),
      parts,
    )
    expect(await idle.prove(first, signal)).toBeNull()
    const blind = servedTransactions(
      programOf(none, () => last),
      { ...parts, reading: readsNothing },
    )
    await expect(blind.prove(first, signal)).rejects.toThrow('no transactions are read')
  })

  it.each([
    ['on request', fixed.replace('everyBlocks: 1', 'onRequest: true')],
    ['after more blocks than it reads', fixed.replace('everyBlocks: 1', 'everyBlocks: 145')],
    ['without a script', text.replace('onRequest: true', 'everyBlocks: 1')],
    ['of half a byte', fixed.replace(bytesToHex(script), '515')],
    ['of no script', fixed.replace(bytesToHex(script), '')],
  ])('is no manifest %s', (_what, yaml) => {
    expect(readManifest(new TextEncoder().encode(yaml))).toMatchObject({ reject: 'bad-manifest' })
  })
})

it('what is read of transactions is decoded in one form alone', async () => {
  const bytes = encodePaymentsInput(await reading.transactions({ script, from: 0, to: 0 }, tip))
  expect(decodePaymentsInput(bytes)).toMatchObject({ ok: true, value: { from: 0, to: 0, history: tip.accumulator } })
  for (let length = 0; length < bytes.length; length += 7) {
    expect(decodePaymentsInput(bytes.subarray(0, length))).toMatchObject({ reject: 'malformed' })
  }
  expect(decodePaymentsInput(concatBytes(bytes, Uint8Array.of(0)))).toMatchObject({ reject: 'malformed' })
  expect(decodePaymentsInput(concatBytes(new Uint8Array(32).fill(255), bytes.subarray(32))).ok).toBe(false)
  expect(hexToBytes(bytesToHex(script))).toEqual(script)
})
