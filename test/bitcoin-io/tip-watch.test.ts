import { expect, test } from 'vitest'
import type { BlockHash } from '../../src/bitcoin/index.ts'
import { TipWatch } from '../../src/bitcoin/io/tip-watch.ts'

const hashOf = (number: number) => new Uint8Array(32).fill(number) as BlockHash
const tip = { height: 0, hash: hashOf(0) }
/** No test waits for it. */
const LONG_MS = 1_000_000

/** A node that names a new hash in every answer; how many it gave. */
function inventive() {
  const node = { calls: 0, client: { call: async () => ({ height: 1, hash: hashOf(++node.calls) }) as never } }
  return node
}

test('a node whose news are never true is not asked without a pause', async () => {
  const node = inventive()
  const watch = new TipWatch(node.client, LONG_MS)
  await watch.changed(tip)
  const abort = new AbortController()
  const second = watch.changed(tip, abort.signal)
  abort.abort(new Error('enough'))
  await expect(second).rejects.toThrow()
  expect(node.calls).toBe(2)
})

test('true news are told at once, one after another', async () => {
  const node = inventive()
  const watch = new TipWatch(node.client, LONG_MS)
  for (let i = 0; i < 5; i++) await watch.changed({ height: i, hash: hashOf(100 + i) })
  expect(node.calls).toBe(5)
})
