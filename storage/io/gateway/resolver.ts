import type { NetworkParams } from '../../../src/bitcoin/index.ts'
import { bytesToHex } from '../../../src/lib/index.ts'
import type { InscriptionIndex } from '../../../src/settlement/io/index.ts'
import type { NameKey } from '../../naming/names.ts'
import { type SignedName, signedNameSchema, verifySignedName } from '../../naming/signed-name.ts'
import { nameProgram } from '../../records/programs.ts'
import type { TableService } from '../table-service.ts'

/** What a node's own view of the chain says of names and inscriptions: asked at each request, so that a reorg shows at once. */
export interface ChainNames {
  /** While it is, nothing can be said of any name or inscription. */
  readonly isCatchingUp: boolean
  /** Null where the name means nothing. That its author took it back is said, by a record whose `id` is empty. */
  signedName(key: NameKey): Promise<SignedName | null>
  /** The id of the blob that an inscription records, if it counts; and how far the chain was seen. */
  recorded(inscription: string): Promise<{ readonly id: string; readonly asOf: number } | null>
}

/** By the table that this process keeps, and the index that it is made of. */
export function chainNames(
  params: NetworkParams,
  table: Pick<TableService, 'table' | 'tip'>,
  index: () => InscriptionIndex,
): ChainNames {
  return {
    get isCatchingUp() {
      return table.tip === null
    },
    async signedName(key) {
      const asOf = table.tip?.height
      if (asOf === undefined) return null
      const { names } = table.table
      const last = names.last(key.author, key.name)
      // A name that was taken back is as good as a later meaning: whoever has only seen an older one has to learn of it.
      const says = last?.id === null ? { ...last, id: '' } : names.resolve(key.author, key.name, asOf)
      if (says === null) return null
      const program = bytesToHex(nameProgram(key.name))
      for await (const { record, contentType, height } of index().query({
        program,
        author: key.author,
        kind: 'name',
      })) {
        if (record === null || record.seq !== says.seq || height !== says.height) continue
        const { kind: _, program: __, author: ___, counts: ____, ...said } = record
        const signed = signedNameSchema.safeParse({ asOf, id: says.id, record: { contentType, ...said } })
        // Of two with one number in a block the table has the one whose body says so.
        if (signed.success && verifySignedName(params, key, signed.data).ok) return signed.data
      }
      return null
    },
    async recorded(inscription) {
      const asOf = table.tip?.height
      const entry = asOf === undefined ? null : await index().get(inscription)
      if (asOf === undefined || entry?.record?.kind !== 'blob') return null
      const { program, author } = entry.record
      const counted = table.table.blobs.entry(program)
      // Another record may be what this blob counts by; of one author in one block either says the same.
      const isIt = counted?.height === entry.height && counted.author === author
      return isIt ? { id: program, asOf } : null
    },
  }
}
