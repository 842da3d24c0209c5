import { regtest } from '../../src/bitcoin/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { storageParams } from '../../storage/index.ts'
import { ChunkStore } from '../../storage/io/replica/chunk-store.ts'

/**
 * Keeps the chunks of a folder anew, under a key or raw, of all blobs at the same time, and tells of each. After so many it
 * begins no other, ends those under way, and waits to be killed.
 */
const [folder = '', key = 'raw', most = ''] = process.argv.slice(2)
let told = 0
const store = await ChunkStore.open({ folder, params: storageParams(regtest), mask: openMask })
store.setAim(key === 'raw' ? null : key)
await Promise.all(
  store.blobs().map(async ({ id }) => {
    for (const chunk of store.strays(id)) {
      if (told >= Number(most)) await new Promise(() => process.stdin.resume())
      await store.rekeep(id, chunk)
      told++
      process.stdout.write(`${id} ${chunk}\n`)
    }
  }),
)
await store.close()
