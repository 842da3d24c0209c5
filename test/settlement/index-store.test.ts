import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Block,
  type BlockHash,
  blockHash,
  encodeEnvelope,
  fromDisplay,
  mainnet,
  regtest,
  sha256d,
} from '../../src/bitcoin/index.ts'
import { recordContent } from '../../src/settlement/index.ts'
import { InscriptionIndex, openStore, type Store, Wallet } from '../../src/settlement/io/index.ts'
import { spends } from '../envelope/script-of.ts'

let dir: string
const stores: Store[] = []
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-index-'))
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  await rm(dir, { recursive: true, force: true })
})

async function open(name: string, params = regtest): Promise<InscriptionIndex> {
  const store = await openStore(join(dir, name), 'index')
  stores.push(store)
  return await InscriptionIndex.open(store, params)
}

const wallets = [7, 8].map((key) => new Wallet(regtest, new Uint8Array(32).fill(key)))
const bytes = (text: string) => new TextEncoder().encode(text)

interface Spec {
  readonly author: number
  readonly program: number
  readonly seq: number
}

/** Signing takes its time, and the same few records come again and again. */
const made = new Map<string, Uint8Array>()
function envelopeOf({ author, program, seq }: Spec): Uint8Array {
  const key = `${author}.${program}.${seq}`
  const body = bytes(key)
  const known = made.get(key)
  if (known !== undefined) return known
  const fields = {
    v: 1 as const,
    kind: 'result',
    height: 1,
    output: new Uint8Array(0),
    seq,
    program: new Uint8Array(32).fill(program),
  }
  const record = wallets[author]!.signRecord(
    { ...fields, blockHash: fromDisplay('ab'.repeat(32)) },
    { contentType: bytes('t'), body },
  )
  const envelope = encodeEnvelope(recordContent(record, 't', body))
  made.set(key, envelope)
  return envelope
}

/** A block as far as the index looks at it. */
function blockOf(prevHash: BlockHash, salt: number, specs: readonly Spec[]): Block {
  const hash = blockHash(sha256d(Uint8Array.from([...prevHash, salt & 255, salt >> 8])))
  const transactions = specs.map((spec, i) => {
    const tx = { version: 2, outputs: [], lockTime: 0, segwit: false, bytes: Uint8Array.of(...hash, i), outputsEnd: 0 }
    const [input] = spends(envelopeOf(spec)).inputs
    const rest = { prevoutTxid: new Uint8Array(32), prevoutIndex: 0, scriptSig: new Uint8Array(0), sequence: 0 }
    return { ...tx, inputs: [{ ...rest, witness: input!.witness }] }
  })
  const header = { version: 4, prevHash, merkleRoot: new Uint8Array(32), time: 0, bits: 0, nonce: 0 }
  return { header, hash, headerBytes: new Uint8Array(80), transactions, bytes: new Uint8Array(0) } as unknown as Block
}

const spec = fc.record({ author: fc.nat(1), program: fc.nat(1), seq: fc.nat(4) })
const GENESIS = blockHash(new Uint8Array(32))

describe('index of inscriptions', () => {
  it('after any reorgs holds what a fresh one of the same chain holds', async () => {
    const steps = fc.array(
      fc.record({ back: fc.nat(3), blocks: fc.array(fc.array(spec, { maxLength: 3 }), { maxLength: 4 }) }),
      { maxLength: 5 },
    )
    let n = 0
    const property = fc.asyncProperty(steps, async (moves) => {
      const index = await open(`a${n}`)
      let chain: Block[] = [blockOf(GENESIS, 0, [])]
      await index.connect(chain[0]!, 0)
      let salt = 1
      for (const { back, blocks } of moves) {
        for (let i = 0; i < back && chain.length > 1; i++) {
          const gone = chain.at(-1)!
          chain = chain.slice(0, -1)
          const change = await index.disconnect({ height: chain.length - 1, hash: gone.header.prevHash })
          expect(change.entries).toHaveLength(gone.transactions.length)
        }
        for (const specs of blocks) {
          const block = blockOf(chain.at(-1)!.hash, salt++, specs)
          await index.connect(block, chain.length)
          chain.push(block)
        }
      }
      const fresh = await open(`b${n++}`)
      for (const [height, block] of chain.entries()) await fresh.connect(block, height)
      expect(await index.dump()).toEqual(await fresh.dump())
      // The rule of seq, over the whole chain at once.
      const greatest = new Map<string, number>()
      for await (const { record } of index.query()) {
        const line = `${record!.author} ${record!.program}`
        expect(record!.counts).toBe(record!.seq > (greatest.get(line) ?? -1))
        if (record!.counts) greatest.set(line, record!.seq)
      }
    })
    await fc.assert(property, { numRuns: 25 })
  })

  it('takes out a block of more inscriptions than a call takes arguments', async () => {
    const index = await open('many')
    const first = blockOf(GENESIS, 0, [])
    const one = blockOf(first.hash, 1, [{ author: 0, program: 0, seq: 0 }])
    const empty = Uint8Array.of(0x00, 0x63, 0x03, 0x6f, 0x72, 0x64, 0x68)
    const script = new Uint8Array(130_000 * empty.length)
    for (let at = 0; at < script.length; at += empty.length) script.set(empty, at)
    const [tx] = one.transactions
    const [input] = spends(script).inputs
    const witness = input!.witness
    const full = { ...one, transactions: [{ ...tx!, inputs: [{ ...tx!.inputs[0]!, witness }] }] }
    await index.connect(first, 0)
    const before = await index.dump()
    expect((await index.connect(full, 1)).entries).toHaveLength(130_000)
    expect((await index.disconnect({ height: 0, hash: first.hash })).entries).toHaveLength(130_000)
    expect(await index.dump()).toEqual(before)
  })

  it('answers by program, author, kind and height, and resumes at its tip', async () => {
    const first = blockOf(GENESIS, 0, [])
    const second = blockOf(first.hash, 1, [
      { author: 0, program: 1, seq: 1 },
      { author: 1, program: 1, seq: 1 },
    ])
    const third = blockOf(second.hash, 2, [
      { author: 0, program: 2, seq: 1 },
      { author: 0, program: 1, seq: 1 },
    ])
    const store = await openStore(join(dir, 'q'))
    const before = await InscriptionIndex.open(store, regtest)
    for (const [height, block] of [first, second, third].entries()) await before.connect(block, height)
    await store.close()

    const index = await open('q')
    expect(index.tip).toEqual({ height: 2, hash: third.hash })
    const hex = (byte: number) => byte.toString(16).padStart(2, '0').repeat(32)
    const author = Buffer.from(wallets[0]!.publicKey).toString('hex')
    const places = async (query: Parameters<typeof index.query>[0]) =>
      (await Array.fromAsync(index.query(query))).map(({ height, txIndex }) => `${height}.${txIndex}`)
    expect(await places({})).toEqual(['1.0', '1.1', '2.0', '2.1'])
    expect(await places({ program: hex(1) })).toEqual(['1.0', '1.1', '2.1'])
    expect(await places({ author })).toEqual(['1.0', '2.0', '2.1'])
    expect(await places({ author, program: hex(1) })).toEqual(['1.0', '2.1'])
    expect(await places({ author, program: hex(1), records: true })).toEqual(['1.0'])
    expect(await places({ kind: 'result', from: 2 })).toEqual(['2.0', '2.1'])
    expect(await places({ kind: 'result', to: 1 })).toEqual(['1.0', '1.1'])
    expect(await places({ kind: 'proof' })).toEqual([])
    expect(await places({ limit: 2 })).toEqual(['1.0', '1.1'])
    expect(await places({ limit: 0 })).toEqual([])
    const [entry] = await Array.fromAsync(index.query({ program: hex(2) }))
    expect(await index.get(entry!.id)).toEqual(entry)
    expect(await index.get(`${'00'.repeat(32)}i0`)).toBeNull()
  })

  it('refuses what does not follow, a second process, and another network', async () => {
    const index = await open('r')
    const first = blockOf(GENESIS, 0, [])
    await expect(index.connect(first, 1)).rejects.toThrow(RangeError)
    await index.connect(first, 0)
    await expect(index.connect(blockOf(GENESIS, 1, []), 1)).rejects.toThrow(RangeError)
    await expect(openStore(join(dir, 'r'))).rejects.toMatchObject({ code: 'E_LOCKED' })
    await stores.pop()!.close()
    await expect(open('r', mainnet)).rejects.toMatchObject({ code: 'E_STORE' })
  })
})
