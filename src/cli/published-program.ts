import { openKernel, ScratchFiles } from '../../storage/io/index.ts'
import { parseInscriptionId } from '../bitcoin/index.ts'
import { fetchBundle, type ProgramRecord, programRecord, publishedPrograms } from '../compute/io/index.ts'
import { type Result, rejection } from '../lib/index.ts'
import type { IndexService } from '../settlement/io/index.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { firstPublished } from './first-published.ts'
import { readNetwork } from './inputs.ts'
import { type IndexOptions, withIndexService } from './inscription-index.ts'
import { storagePlaces } from './storage-place.ts'

/** Where what is published is found, and read from. */
export interface PublishedOptions extends IndexOptions {
  readonly gateway?: readonly string[]
  readonly storageDir?: string
}

/** Whether a text names a program, or the inscription that publishes one. */
export function isPublishedName(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text) || parseInscriptionId(text) !== null
}

/**
 * What is built of a program that is on the node's chain, its bundle from gateways; of several records the first whose bundle is
 * given and is built.
 */
export async function buildPublished<Built extends object>(
  name: string,
  options: PublishedOptions,
  context: CliContext,
  build: (bytes: Uint8Array, record: ProgramRecord) => Promise<Result<Built, string>>,
): Promise<Result<Built, string>> {
  const { gateway: gateways = [] } = options
  if (gateways.length === 0) throw usageError('name a gateway to read the bundle from by --gateway URL')
  const records = await withIndexService(context, options, (service) => recordsOf(service, name, context), true)
  if (records.length === 0) return rejection('not-published', `no record on this chain publishes ${name}`)
  const params = await readNetwork(options.network)
  const { terminal, signal } = context
  const scratch = new ScratchFiles(storagePlaces(options.storageDir, params, context).table)
  try {
    const kernel = await openKernel()
    const read = async ({ content }: ProgramRecord) => {
      terminal.progress(`bundle ${content} …`)
      const bundle = await fetchBundle(content, {
        ...{ kernel, params, gateways, signal, scratch: () => scratch.open() },
        onFault: ({ source, reject, detail }) => terminal.note(`${source}: ${reject}: ${detail}`),
      })
      terminal.settle()
      return bundle
    }
    return await firstPublished(records, { read, build, signal })
  } finally {
    await scratch.close()
  }
}

async function recordsOf(
  service: IndexService,
  name: string,
  { signal }: CliContext,
): Promise<readonly ProgramRecord[]> {
  await service.caughtUp()
  if (parseInscriptionId(name) === null) return await publishedPrograms(service, { program: name, signal })
  const entry = await service.index.get(name)
  const record = entry === null ? null : await programRecord(service, entry, signal)
  return record === null ? [] : [record]
}
