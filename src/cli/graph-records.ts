import { type InputSource, recordList, recordSlots } from '../compute/index.ts'
import { indexedRecords } from '../compute/io/index.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { type IndexOptions, withIndexService } from './inscription-index.ts'
import { plural } from './text.ts'

/** The list of all records of a source that a node's chain holds, up to its tip or a height, by the index of inscriptions. */
export async function listOfNode(
  context: CliContext,
  source: Extract<InputSource, { readonly kind: 'inscriptions' }>,
  bytes: number,
  options: IndexOptions & { readonly height?: number },
): Promise<Uint8Array> {
  const slots = recordSlots(bytes)
  // Where headers begin in a file is not where the index does.
  const { startHeight: _, ...place } = options
  const found = await withIndexService(
    context,
    place,
    async (service) => {
      await service.caughtUp()
      return await indexedRecords(service.index, source, options.height ?? service.index.tip?.height ?? 0, slots)
    },
    true,
  )
  if (found === null) throw usageError(`the chain holds more than ${slots} such records, which the program cannot take`)
  context.terminal.note(`${plural(found.records.length, 'record')}, all that the node’s chain holds`)
  return recordList(found.records, bytes)
}
