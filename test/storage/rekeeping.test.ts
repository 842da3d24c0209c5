import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { networkHash } from '../../src/bitcoin/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { CODING } from '../../storage/blob/shape.ts'
import { verifyUnit } from '../../storage/blob/verify.ts'
import { CHUNK_BYTES, UNIT_BYTES } from '../../storage/index.ts'
import { type ReplicaService, scrubReplica } from '../../storage/io/index.ts'
import { holdingsKind } from '../../storage/peers/holdings-kind.ts'
import { chunkKind, unitKind } from '../../storage/peers/piece-kinds.ts'
import { encodedKeeping } from '../../storage/replica/encoded-keeping.ts'
import { kernel } from './kernels.ts'
import { next, ReplicaScene } from './replica-scene.ts'
import { blobWith, type TestBlob, wrongParity } from './test-blob.ts'

const scene = new ReplicaScene()
const LENGTH = 300_000
const [PEER, AUTHOR, OTHER] = ['12'.repeat(32), 'cd'.repeat(32), 'ef'.repeat(32)]
const RAW_SLOT = 128_928
const ENCODED_SLOT = 133_024

const contentOf = ({ root, length }: TestBlob) => ({ root: hexToBytes(root), length, coding: CODING })
const isWhole =
  ({ id }: TestBlob) =>
  (event: { id: string; state: string }) =>
    event.id === id && event.state === 'whole'
const allRekept = (replica: ReplicaService) => next(replica, 'rekept', ({ left }) => left === 0)

const files = async (folder: string, { id }: TestBlob) => {
  const at = join(folder, 'chunks', id.slice(0, 2))
  const names = (await readdir(at)).filter((name) => name.startsWith(id)).sort()
  return await Promise.all(names.map(async (name) => [name.slice(id.length), (await stat(join(at, name))).size]))
}

/** All bytes that a peer gives of a blob. */
async function given(peer: string, { id, tree }: TestBlob) {
  const chunks = Array.from({ length: 4 }, async (_, index) => {
    const asked = await scene.net.transport('reader').ask(peer, chunkKind, { id: hexToBytes(id), index })
    if (!asked.ok) throw new Error(asked.detail)
    expect(asked.frames[0]!.path).toEqual(tree.chunkPath(index))
    return asked.frames[0]!.bytes
  })
  return new Uint8Array(Buffer.concat(await Promise.all(chunks)))
}

const encodedOf = async ({ id, bytes }: TestBlob, unit: number, key = AUTHOR) =>
  await encodedKeeping(openMask(), networkHash(scene.params.network), hexToBytes(key)).keep(
    { id, first: unit },
    bytes.slice(unit * UNIT_BYTES, (unit + 1) * UNIT_BYTES),
  )

/** A provider that has this blob whole, raw, and the giver gone. */
async function holding(name: string, blob: TestBlob, options: { maxBytes?: number } = {}) {
  await scene.giver('giver', [blob])
  const made = await scene.replica(name, { encodesFor: PEER, ...options })
  const whole = next(made.replica, 'blob', isWhole(blob))
  await made.replica.start()
  scene.block(blob)
  await whole
  return made
}

describe('a replica of a registered provider', () => {
  it('is kept raw until its peer is registered, then encoded, and gives the same bytes', async () => {
    const blob = await blobWith(LENGTH, 1)
    const { replica, folder } = await holding('first', blob)
    scene.net.leave('giver')
    expect(await files(folder, blob)).toEqual([['', 4 * RAW_SLOT]])
    expect(await replica.units!.encodedUnit(AUTHOR, blob.id, 3)).toBeNull()
    // Another peer's provider.
    scene.register(OTHER, '34'.repeat(32))
    const rekept = allRekept(replica)
    scene.register(AUTHOR, PEER)
    expect(await rekept).toMatchObject({ to: 'encoded', left: 0 })
    expect(await files(folder, blob)).toEqual([[`.encoded-${AUTHOR}`, 4 * ENCODED_SLOT]])
    expect(await given('first', blob)).toEqual(blob.bytes)
    const unit = await scene.net.transport('reader').ask('first', unitKind, { id: hexToBytes(blob.id), index: 37 })
    if (!unit.ok) throw new Error(unit.detail)
    expect(await verifyUnit(kernel, contentOf(blob), { index: 37, ...unit.frames[0]! })).toEqual({ ok: true })

    for (const at of [0, 37, 57, 63]) {
      const encoded = await encodedOf(blob, at)
      expect(await replica.units!.encodedUnit(AUTHOR, blob.id, at)).toEqual(encoded)
      const proved = await replica.units!.provedEncodedUnit(AUTHOR, blob.id, at)
      expect(proved!.encoded).toEqual(encoded)
      if (at >= 57) continue
      const piece = { index: at, path: proved!.path, bytes: blob.bytes.slice(at * UNIT_BYTES, (at + 1) * UNIT_BYTES) }
      expect(await verifyUnit(kernel, contentOf(blob), piece)).toEqual({ ok: true })
    }
    expect(await replica.units!.encodedUnit(AUTHOR, blob.id, 64)).toBeNull()
    expect(await replica.units!.encodedUnit(OTHER, blob.id, 0)).toBeNull()
    expect(await replica.units!.provedEncodedUnit(OTHER, blob.id, 0)).toBeNull()

    await replica.stop()
    expect(replica.units).toBeNull()
    const options = { kernel, params: scene.params, folder, level: 'full' as const }
    expect(await scrubReplica(options)).toMatchObject({ chunks: 4, broken: 0, missing: 0 })
  })

  it('is kept anew under another key, and raw again where that is wanted', async () => {
    const blob = await blobWith(LENGTH, 2)
    const { replica, folder } = await holding('second', blob)
    scene.net.leave('giver')
    const first = allRekept(replica)
    scene.register(AUTHOR, PEER)
    await first
    // A withdrawal is advice: what is there stays as it is.
    scene.register(AUTHOR, null, 100)
    const second = allRekept(replica)
    scene.register(OTHER, PEER)
    await second
    expect(await files(folder, blob)).toEqual([[`.encoded-${OTHER}`, 4 * ENCODED_SLOT]])
    expect(await replica.units!.encodedUnit(OTHER, blob.id, 9)).toEqual(await encodedOf(blob, 9, OTHER))
    await replica.stop()

    const { replica: raw } = await scene.replica('second', { folder })
    const back = next(raw, 'rekept', ({ to, left }) => to === 'raw' && left === 0)
    await raw.start()
    await back
    expect(await files(folder, blob)).toEqual([['', 4 * RAW_SLOT]])
    expect(await given('second', blob)).toEqual(blob.bytes)
  })

  it('gives every chunk at every moment while it changes over', async () => {
    const blob = await blobWith(LENGTH, 3)
    const { replica } = await holding('third', blob)
    scene.net.leave('giver')
    const done = { is: false }
    const rekept = allRekept(replica).then(() => {
      done.is = true
    })
    scene.register(AUTHOR, PEER)
    let rounds = 0
    for (; !done.is; rounds++) expect(await given('third', blob)).toEqual(blob.bytes)
    await rekept
    expect(rounds).toBeGreaterThan(0)
    expect(await given('third', blob)).toEqual(blob.bytes)
  })

  it('heals encoded bytes that are damaged, and encodes what it got', async () => {
    const blob = await blobWith(LENGTH, 4)
    const { replica, folder } = await holding('fourth', blob)
    const rekept = allRekept(replica)
    scene.register(AUTHOR, PEER)
    await rekept
    const path = join(folder, 'chunks', blob.id.slice(0, 2), `${blob.id}.encoded-${AUTHOR}`)
    {
      await using file = await open(path, 'r+')
      await file.write(Uint8Array.of(1, 2, 3), 0, 3, 2 * ENCODED_SLOT + 5_000)
    }
    const [scrubbed, again] = [next(replica, 'scrubbed', ({ level }) => level === 'full'), allRekept(replica)]
    scene.pass(1_008)
    expect(await scrubbed).toMatchObject({ chunks: 4, broken: 1 })
    await again
    expect(await files(folder, blob)).toEqual([[`.encoded-${AUTHOR}`, 4 * ENCODED_SLOT]])
    expect(await given('fourth', blob)).toEqual(blob.bytes)
    scene.net.leave('giver')
  })

  it('encodes what comes later, and nothing of a blob whose parity is wrong', async () => {
    const [bad, late] = [await blobWith(LENGTH, 5, wrongParity(LENGTH)), await blobWith(LENGTH, 6)]
    await scene.giver('giver', [bad, late])
    const { replica, folder } = await scene.replica('fifth', { encodesFor: PEER })
    await replica.start()
    scene.register(AUTHOR, PEER)
    const judged = next(replica, 'blob', ({ state }) => state === 'wrong-parity')
    scene.block(bad)
    await judged
    const rekept = allRekept(replica)
    scene.block(late)
    await rekept
    expect(await files(folder, late)).toEqual([[`.encoded-${AUTHOR}`, 4 * ENCODED_SLOT]])
    expect(await files(folder, bad)).toEqual([])
    scene.net.leave('giver')
  })

  it('counts encoded bytes by its quota, and waits where there is no room for another form', async () => {
    const blob = await blobWith(LENGTH, 7)
    // Room for the blob and what it is judged in; and for what is raw, not for one chunk more.
    const { replica, folder } = await holding('sixth', blob)
    await replica.stop()
    const { replica: full } = await scene.replica('sixth', {
      folder,
      encodesFor: PEER,
      maxBytes: 4 * RAW_SLOT + CHUNK_BYTES,
    })
    const told = next(full, 'full')
    await full.start()
    scene.register(AUTHOR, PEER)
    expect(await told).toEqual({ id: blob.id, error: null })
    expect(await files(folder, blob)).toEqual([['', 4 * RAW_SLOT]])
    expect(await given('sixth', blob)).toEqual(blob.bytes)
    scene.net.leave('giver')
  })

  it('says of each partition what is encoded', async () => {
    const blob = await blobWith(LENGTH, 8)
    const { replica } = await holding('seventh', blob)
    scene.net.leave('giver')
    const asked = async () =>
      (await scene.net.transport('reader').ask('seventh', holdingsKind, 0)) as never as { frames: [object] }
    expect((await asked()).frames[0]).toMatchObject({ held: 4, encoded: 0 })
    const rekept = allRekept(replica)
    scene.register(AUTHOR, PEER)
    await rekept
    expect((await asked()).frames[0]).toMatchObject({ held: 4, encoded: 4, encoding: null })
  })
})
