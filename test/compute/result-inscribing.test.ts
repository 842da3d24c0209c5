import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transaction } from 'bitcoinjs-lib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { regtest, toDisplay } from '../../src/bitcoin/index.ts'
import { Spendings } from '../../src/compute/io/index.ts'
import type { ResultsEvents } from '../../src/compute/io/results/results-service.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'
import { resultIdentity } from '../../src/compute/result/identity.ts'
import type { ProgramResult } from '../../src/compute/result/result-file.ts'
import { bytesToHex, Emitter, orAborted } from '../../src/lib/index.ts'
import { openResultInscribing, type ResultInscribing } from '../../src/node/result-inscribing.ts'
import { createTicket, openTicket, Wallet } from '../../src/settlement/io/index.ts'
import { InscriberScene } from '../settlement/inscriber-scene.ts'

const read = readManifest(
  new TextEncoder().encode(`
version: 1
name: a
dataSources: [{kind: inscription}]
trigger: {onRequest: true}
program: {kind: circuit, circuit: a.circom, input: {signal: i, bytes: 3, commitment: c}, outputs: [x, c]}
dataDestinations: [{kind: inscription}]
`),
)
if (!read.ok) throw new Error(read.detail)
const { manifest } = read
const id = new Uint8Array(32).fill(1)
const program = bytesToHex(id)

let dir: string
let file: string
let scene: InscriberScene
const running: ResultInscribing[] = []
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-group-'))
  file = join(dir, 'a.ticket')
  scene = await InscriberScene.make(4)
})
afterEach(async () => {
  for (const { service } of running.splice(0)) await service.stop()
  await scene.remove()
  await rm(dir, { recursive: true, force: true })
})

const proved = (height: number) => {
  const blockHash = scene.node.blocks[height]!.hash
  const result: ProgramResult = { kind: 'circuit', program: id, height, blockHash, values: [5n, 6n], proof: id }
  return { program, identity: bytesToHex(resultIdentity(manifest, result)), result, own: true }
}

/** An operator with a wallet, a budget and jobs of its own, whose index of results has nothing in it. */
async function operator(name: string, wallet: Wallet) {
  const { node } = scene
  const results = new Emitter<ResultsEvents>()
  const tips: object[] = []
  let more = Promise.withResolvers<void>()
  const tip = () => {
    tips.push({ type: 'tip' })
    more.resolve()
    results.emit('tip', { height: node.blocks.length - 1, hash: node.blocks.at(-1)!.hash })
  }
  const feed = {
    hashAt: async (height: number) => node.blocks[height]?.hash ?? null,
    async *subscribe({ signal }: { readonly signal: AbortSignal }) {
      for (;;) {
        for (const one of tips.splice(0)) yield one
        more = Promise.withResolvers()
        await orAborted(more.promise, signal)
      }
    },
  }
  const place = async () => ({ height: node.blocks.length - 1, hash: toDisplay(node.blocks.at(-1)!.hash) })
  const index = { events: results, caughtUp: async () => undefined, countedBy: async () => null, tip: place }
  const settlement = join(dir, name, 'settled')
  const made = await openResultInscribing(
    {
      ...{ client: node, params: regtest, feed, results: index, kernel: null, transport: null },
      ...{ programs: [{ id, manifest }], inscriptions: { index: { greatest: async () => undefined } } },
      ...{ folder: join(dir, name), placeOf: () => 0 },
    } as never,
    {
      wallet,
      budget: 100_000n,
      requestBudget: 100_000n,
      settlement,
      feeRate: 2,
      tickets: [await openTicket(file, regtest)],
    },
  )
  await made.service.start()
  running.push(made)
  const settled = () =>
    new Promise((resolve) => {
      const off = made.publisher.events.on('settled', ({ outcome }) => {
        off()
        resolve(outcome.state)
      })
    })
  return { ...made, tip, settled, spent: await Spendings.open(settlement) }
}

test('what another of the group replaced is taken back when that is final, and inscribed again', async () => {
  const { node } = scene
  const wallet = new Wallet(regtest, new Uint8Array(32).fill(7))
  for (let i = 0; i < 3; i++) node.mine(wallet.script)
  for (let i = 0; i < 100; i++) node.mine()
  const since = await node.getBlockCount()
  const made = await createTicket(file, { params: regtest, program, since }, (out) => scene.inscriber().pay([out], 2))
  node.mine(undefined, [Transaction.fromHex(made.transaction)])
  const one = await operator('one', scene.wallet)
  const other = await operator('other', wallet)
  const result = proved(50)
  const first = one.settled()
  one.publisher.add(result)
  expect(await first).toBe('sent')
  node.mine()
  // In the other branch the other was first, with another result.
  node.undo(1)
  const second = other.settled()
  other.publisher.add(proved(51))
  expect(await second).toBe('sent')
  for (let depth = 0; depth < 6; depth++) node.mine()
  const superseded = new Promise((resolve) => one.inscriber.events.on('superseded', resolve))
  const before = await one.spent.of(result.identity)
  const again = one.settled()
  one.tip()
  expect(await superseded).toHaveLength(1)
  expect(await again).toBe('sent')
  expect(node.pool.size).toBe(2)
  expect(before).not.toBeNull()
  expect(await one.spent.left(program, 100_000n)).toBe(100_000n - BigInt(before!.satoshis))
})

test('what was asked for and replaced is inscribed again out of the budget for requests alone', async () => {
  const { node } = scene
  const wallet = new Wallet(regtest, new Uint8Array(32).fill(7))
  for (let i = 0; i < 3; i++) node.mine(wallet.script)
  for (let i = 0; i < 100; i++) node.mine()
  const since = await node.getBlockCount()
  const made = await createTicket(file, { params: regtest, program, since }, (out) => scene.inscriber().pay([out], 2))
  node.mine(undefined, [Transaction.fromHex(made.transaction)])
  const one = await operator('one', scene.wallet)
  const other = await operator('other', wallet)
  const asker = { request: `${'ab'.repeat(32)}i0`, author: '0a'.repeat(32), most: 2n ** 64n - 1n, until: 0xffff_ffff }
  const first = one.settled()
  one.publisher.add({ ...proved(50), asker })
  expect(await first).toBe('sent')
  node.mine()
  node.undo(1)
  const second = other.settled()
  other.publisher.add(proved(51))
  expect(await second).toBe('sent')
  for (let depth = 0; depth < 6; depth++) node.mine()
  const again = one.settled()
  one.tip()
  expect(await again).toBe('sent')
  const charge = await one.spent.of(proved(50).identity)
  // More than there is of money is kept as all that there is.
  expect(charge?.asked).toMatchObject({ ...asker, most: '2100000000000000' })
  expect(await one.spent.left(program, 100_000n)).toBe(100_000n)
  expect(await one.spent.left(program, 100_000n, 'requests')).toBe(100_000n - BigInt(charge!.satoshis))
})
