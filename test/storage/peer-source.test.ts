import { describe, expect, it } from 'vitest'
import { aborted, abortedError, bytesToHex, hexToBytes, rejection } from '../../src/lib/index.ts'
import { blobShape } from '../../storage/blob/shape.ts'
import { PeerSource } from '../../storage/io/peer-source.ts'
import type { PartitionPeers } from '../../storage/peers/partition-peers.ts'
import { chunkKind } from '../../storage/peers/piece-kinds.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { kernel } from './kernels.ts'
import { PeerNet } from './peer-net.ts'
import { paramsOf } from './record-scene.ts'
import { blobWith, type TestBlob } from './test-blob.ts'

/** A DHT that tells who is asked of which partition, and answers when the test says so. */
function dht(answers: readonly (readonly string[] | Error)[]) {
  const asked: number[] = []
  const peers: PartitionPeers = {
    provide: async () => undefined,
    async *find(partition) {
      const answer = answers[asked.push(partition) - 1] ?? []
      if (answer instanceof Error) throw answer
      yield* answer
    },
  }
  return { asked, peers }
}

describe('providers among peers', () => {
  const blob = blobWith(100_000, 1)

  /** A gateway's view: some peers are connected, others only named by the DHT. */
  async function scene(connected: readonly string[], peers: PartitionPeers) {
    const { id, root, length } = await blob
    const params = paramsOf()
    const table = new StorageTable(kernel, params)
    const author = 'aa'.repeat(32)
    table.apply(1, [{ kind: 'blob', author, id, root, length, chunks: blobShape(length).chunks }])
    const net = new PeerNet()
    const transport = { ...net.transport('me'), peers: () => connected }
    const source = new PeerSource({ transport, peers, table: { table }, kernel, params })
    return { id, net, source }
  }

  type Says = 'truth' | 'lie' | 'nothing' | 'never'

  async function gives(net: PeerNet, name: string, what: Says, { bytes, tree }: TestBlob) {
    const asked = { times: 0 }
    await net.transport(name).answer(chunkKind, async ({ index }) => {
      asked.times++
      if (what === 'never') return await new Promise(() => undefined)
      if (what === 'nothing') return rejection('not-here', 'it is not here')
      const piece = { path: tree.chunkPath(index), bytes: bytes.slice(126_976 * index, 126_976 * (index + 1)) }
      if (what === 'lie') piece.bytes[3] = (piece.bytes[3] as number) ^ 1
      return { ok: true, frames: [piece] }
    })
    return asked
  }

  const never: PartitionPeers = {
    provide: async () => undefined,
    find: (_, signal = new AbortController().signal) => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          await aborted(signal)
          throw abortedError()
        },
      }),
    }),
  }

  it('that are connected are asked at once: nobody waits for the DHT', async () => {
    const { id, net, source } = await scene(['near'], never)
    await gives(net, 'near', 'truth', await blob)
    const piece = await source.chunk(id, 0)
    expect(piece?.bytes.length).toBe(126_976)
  })

  it('that the DHT names are asked where no other has it, once for all pieces', async () => {
    const { asked, peers } = dht([['far', 'near']])
    const { id, net, source } = await scene(['near'], peers)
    const near = await gives(net, 'near', 'nothing', await blob)
    const far = await gives(net, 'far', 'truth', await blob)
    expect(await source.chunk(id, 0)).not.toBeNull()
    expect(await source.chunk(id, 1)).not.toBeNull()
    expect([near.times, far.times, asked]).toEqual([2, 2, [0]])
  })

  it('that lie are blamed, and the next one is asked', async () => {
    const { id, net, source } = await scene(['liar'], dht([['near']]).peers)
    await gives(net, 'liar', 'lie', await blob)
    await gives(net, 'near', 'truth', await blob)
    const piece = await source.chunk(id, 0)
    expect(bytesToHex(piece?.bytes.subarray(0, 32) ?? hexToBytes(''))).toBe(
      bytesToHex((await blob).bytes.subarray(0, 32)),
    )
    expect(net.blamed).toEqual([{ peer: 'liar', fault: 'lie' }])
  })

  it('that do not answer hold up nobody: the next is asked beside them, and they are asked last from then on', async () => {
    const { id, net, source } = await scene(['a', 'b', 'c'], dht([['far']]).peers)
    const silent = await Promise.all(['a', 'b', 'c'].map(async (name) => gives(net, name, 'never', await blob)))
    const far = await gives(net, 'far', 'truth', await blob)
    expect(await source.chunk(id, 0)).not.toBeNull()
    expect([...silent.map(({ times }) => times), far.times]).toEqual([1, 1, 1, 1])
    const honest = await scene(['slow', 'near'], dht([]).peers)
    await gives(honest.net, 'slow', 'never', await blob)
    const near = await gives(honest.net, 'near', 'truth', await blob)
    // By lot the slow one is asked first at some of these; once it was, it is asked last.
    for (let i = 0; i < 20; i++) expect(await honest.source.chunk(honest.id, 0)).not.toBeNull()
    expect(near.times).toBe(20)
  })

  it('are not waited for by one who leaves', async () => {
    const { id, source } = await scene([], never)
    const leaving = new AbortController()
    const asked = source.chunk(id, 0, leaving.signal)
    leaving.abort()
    await expect(asked).rejects.toThrow()
  })
})
