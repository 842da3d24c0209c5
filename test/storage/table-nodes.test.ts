import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { blobDraft, nameDraft, providerDraft } from '../../storage/records/drafts.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { kernel } from './kernels.ts'
import { alice, blobOf, bob, burns, context, paramsOf, peers, reveal, said } from './record-scene.ts'
import { dumpOf } from './table-dump.ts'
import { TestChain, tableOver } from './table-scene.ts'

const params = paramsOf()

const named = (name: string, root: bigint | null, seq: number) =>
  nameDraft(name, root === null ? null : blobOf(root).id, { ...context, seq })
const provided = (seq: number, peer: number, wallet = alice) =>
  providerDraft(params, wallet.publicKey, peers[peer]!, { ...context, seq })

/**
 * Records that can be in blocks: some of which count beside others, some not. Each pays another sum, for a transaction's id
 * says nothing of its witness.
 */
const reveals = [
  ...[1n, 2n, 3n, 4n].map((root) => [blobDraft(blobOf(root), context)] as const),
  [blobDraft(blobOf(5n, 5_000_000), context), bob] as const,
  ...[1, 2, 3].map((seq) => [named('site', BigInt(seq), seq)] as const),
  [named('site', null, 4)] as const,
  [named('site', 1n, 1), bob] as const,
  ...[1, 2].map((seq) => [provided(seq, 0)] as const),
  [provided(1, 1, bob), bob] as const,
].map(([draft, wallet], i) => reveal(draft, burns(BigInt(i + 1)), wallet))

/** By their numbers; no block has one twice. */
const block = fc.uniqueArray(fc.nat(reveals.length - 1), { maxLength: 3 })
const revealsOf = (numbers: readonly number[]) => numbers.map((number) => reveals[number]!)
const blocks = (minLength: number, maxLength: number) => fc.array(block, { minLength, maxLength })

/** What one node saw: before so many blocks of the chain that stayed another branch, one to ten blocks of it. */
const history = fc.array(
  fc.record({ before: fc.nat(11), branch: blocks(1, 10), seen: fc.boolean(), restarts: fc.boolean() }),
  { maxLength: 3 },
)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wsc-nodes-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Blocks = readonly (readonly number[])[]
type History = readonly {
  readonly before: number
  readonly branch: Blocks
  readonly seen: boolean
  readonly restarts: boolean
}[]

/** The table of a node that came to a chain by detours, restarted or not while it was on one. */
async function tableAfter(stayed: Blocks, detours: History) {
  const state = await mkdtemp(join(folder, 'node-'))
  const chain = new TestChain()
  let node = await tableOver(state, chain)
  for (const [i, numbers] of stayed.entries()) {
    for (const { before, branch, seen, restarts } of detours) {
      if (before !== i) continue
      for (const one of branch) chain.add(...revealsOf(one))
      if (seen) await node.tip()
      if (seen && restarts) {
        await node.stop()
        node = await tableOver(state, chain)
      }
      chain.drop(branch.length)
    }
    chain.add(...revealsOf(numbers))
  }
  await node.tip()
  const dump = dumpOf(node.table.table, params)
  await node.stop()
  return { ...dump, tip: node.table.tip?.height }
}

it('nodes that came to one chain by different reorgs have one table, and it is the one made anew', async () => {
  const property = fc.asyncProperty(blocks(1, 12), history, history, async (stayed, one, other) => {
    const fresh = new StorageTable(kernel, params)
    for (const [height, numbers] of stayed.entries()) {
      const records = said(params, height, ...revealsOf(numbers))
      if (records.length > 0) fresh.apply(height, records)
    }
    const { height: _, ...wanted } = dumpOf(fresh, params)
    const nodes = await Promise.all([tableAfter(stayed, one), tableAfter(stayed, other)])
    for (const node of nodes) expect(node).toMatchObject({ ...wanted, tip: stayed.length - 1 })
  })
  await fc.assert(property, { numRuns: 25 })
}, 120_000)
