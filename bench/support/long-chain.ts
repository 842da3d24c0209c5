import { createHash } from 'node:crypto'
import { decodeHeader, HEADER_BYTES, type Header } from '../../src/bitcoin/index.ts'
import { fileSource, type HeaderSource } from '../../src/bus/io/index.ts'

export interface LongChain {
  readonly start: { readonly height: number; readonly header: Header }
  readonly source: HeaderSource
  /** The 80 bytes at a height. */
  header(height: number): Uint8Array
}

/** Headers that link and meet no rule beside: a history asks for no more. One of them, at `put.height`, has this root. */
export function longChain(count: number, put: { readonly height: number; readonly merkleRoot: Uint8Array }): LongChain {
  const bytes = new Uint8Array(count * HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest()
  let hash: Uint8Array = new Uint8Array(32)
  const at = (height: number) => bytes.subarray(height * HEADER_BYTES, (height + 1) * HEADER_BYTES)
  for (let height = 0; height < count; height++) {
    const header = at(height)
    header.set(hash, 4)
    view.setUint32(height * HEADER_BYTES + 36, height, true)
    if (height === put.height) header.set(put.merkleRoot, 36)
    hash = sha256(sha256(header))
  }
  const made = fileSource(bytes)
  if (!made.ok) throw new Error(made.reject)
  return { start: { height: 0, header: decodeHeader(bytes) }, source: made.source, header: at }
}
