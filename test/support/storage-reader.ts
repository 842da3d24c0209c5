import { regtest } from '../../src/bitcoin/index.ts'
import type { PeerName } from '../../src/bus/index.ts'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'
import { openPeerHost, type PeerHost } from '../../src/p2p/index.ts'
import { blobShape, CODING } from '../../storage/blob/shape.ts'
import { verifyChunk } from '../../storage/blob/verify.ts'
import { decodeManifest } from '../../storage/manifest/manifest.ts'
import { chunkKind } from '../../storage/peers/piece-kinds.ts'
import { kernel } from '../storage/kernels.ts'
import { rangesOf } from './file-ranges.ts'

/** A blob as its record has it. */
export interface RecordedBlob {
  readonly id: string
  readonly root: string
  readonly length: number
}

/** A peer of its own that reads what another one keeps, chunk by chunk, each verified. */
export class StorageReader {
  readonly #host: PeerHost
  readonly #peer: PeerName

  private constructor(host: PeerHost, peer: PeerName) {
    this.#host = host
    this.#peer = peer
  }

  static async open(address: string): Promise<StorageReader> {
    const host = await openPeerHost({ params: regtest, bootstrap: [address], gossip: [] })
    const met = new Promise<PeerName>((resolve) => host.meet(chunkKind, resolve))
    await host.start()
    return new StorageReader(host, await met)
  }

  async close(): Promise<void> {
    await this.#host.stop()
  }

  /** Content of a blob; throws where a chunk is not given, or is another. */
  async blob({ id, root, length }: RecordedBlob): Promise<Uint8Array> {
    const content = { root: hexToBytes(root), length, coding: CODING }
    const { dataUnits, chunks } = blobShape(length)
    const bytes: Uint8Array[] = []
    for (let index = 0; index < chunks && index * 16 < dataUnits; index++) {
      const asked = await this.#host.ask(this.#peer, chunkKind, { id: hexToBytes(id), index })
      if (!asked.ok) throw new Error(`chunk ${index}: ${asked.reject}: ${asked.detail}`)
      const [piece] = asked.frames
      const verified = await verifyChunk(kernel, content, { index, ...piece! })
      if (!verified.ok) throw new Error(`chunk ${index}: ${verified.reject}`)
      bytes.push(piece!.bytes)
    }
    return new Uint8Array(Buffer.concat(bytes)).slice(0, length)
  }

  /** All files under a manifest, by their paths. */
  async files(id: string, blobs: readonly RecordedBlob[]): Promise<Map<string, Uint8Array>> {
    const known = (wanted: string) => blobs.find((blob) => blob.id === wanted) as RecordedBlob
    const decoded = decodeManifest(await this.blob(known(id)))
    if (!decoded.ok) throw new Error(decoded.detail)
    const { manifest } = decoded
    const contents = new Map<string, Uint8Array>()
    for (const blob of manifest.blobs) contents.set(bytesToHex(blob.id), await this.blob(known(bytesToHex(blob.id))))
    return new Map(
      manifest.files.map(({ path }, number) => {
        const parts = rangesOf(manifest, number).map(({ blob, offset, length }) => {
          return contents.get(bytesToHex(blob.id))!.subarray(offset, offset + length)
        })
        return [path, new Uint8Array(Buffer.concat(parts))]
      }),
    )
  }
}
