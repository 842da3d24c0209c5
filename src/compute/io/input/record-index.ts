import { type NameKey, nameProgram } from '../../../../storage/index.ts'
import { type BlockHash, toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex } from '../../../lib/index.ts'
import type { InscriptionIndex } from '../../../settlement/io/index.ts'

/** What of a node's own index tells which records there are. */
export type RecordIndex = Pick<InscriptionIndex, 'query' | 'hashAt' | 'tip'>

/** Whether an index has taken in a block: of one that it took in before it kept hashes, its height alone says so. */
export async function holdsBlock(
  index: Pick<RecordIndex, 'hashAt' | 'tip'>,
  { height, blockHash }: { readonly height: number; readonly blockHash: BlockHash },
): Promise<boolean> {
  const hash = await index.hashAt(height)
  return (index.tip?.height ?? -1) >= height && (hash === null || hash === toDisplay(blockHash))
}

/** Inscription of the last record of a name that counts up to a height; null where there is none. */
export async function namedBy(
  index: Pick<RecordIndex, 'query'>,
  { author, name }: NameKey,
  to: number,
): Promise<string | null> {
  let last: string | null = null
  const line = { author, program: bytesToHex(nameProgram(name)), kind: 'name', records: true }
  for await (const { id } of index.query({ ...line, to })) last = id
  return last
}
