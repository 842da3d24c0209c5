import { join } from 'node:path'
import { bytesToHex, type RunningService, together } from '../../../lib/index.ts'
import { openJsonStore, PublicIps } from '../../../lib/io/index.ts'
import type { Program } from '../open-program.ts'
import type { ResultsService } from '../results/results-service.ts'
import { readWebhookPlaces } from './webhook-places.ts'
import { WebhookService } from './webhook-service.ts'

export interface OpenWebhooksOptions {
  readonly results: ResultsService
  readonly finality: number
  /** Whose manifests name labels. */
  readonly programs: readonly Program[]
  /** Where labels lead: a file that nobody else may read. */
  readonly file: string
  /** Folder of the index of results. */
  readonly folder: string
}

/** What tells webhooks, and its life. */
export interface OpenWebhooks {
  readonly webhooks: WebhookService
  readonly service: RunningService
  /** Labels that manifests name and the file does not, and the other way round. */
  readonly unplaced: readonly string[]
  readonly unnamed: readonly string[]
}

/** Composes it, not started yet. Throws E_WEBHOOKS for the file, E_LOCKED or E_STORE for the store. */
export async function openWebhooks(options: OpenWebhooksOptions): Promise<OpenWebhooks> {
  const { results, finality, programs, file, folder } = options
  const places = await readWebhookPlaces(file)
  const named = new Map(
    programs.map(({ id, manifest }) => [
      bytesToHex(id),
      manifest.dataDestinations.flatMap((one) => (one.kind === 'webhook' ? [one.label] : [])),
    ]),
  )
  const labels = new Set([...named.values()].flat())
  const store = await openJsonStore({
    path: join(folder, 'webhooks'),
    name: `the places of webhooks in ${folder}`,
    codes: { locked: 'E_LOCKED', full: 'E_DISK_FULL', damaged: 'E_STORE', failed: 'E_IO' },
  })
  const labelsOf = (program: string) => named.get(program) ?? []
  const webhooks = new WebhookService({ results, finality, places, labelsOf, store, ips: new PublicIps() })
  const unplaced = [...labels].filter((label) => !places.has(label))
  const unnamed = [...places.keys()].filter((label) => !labels.has(label))
  return { webhooks, service: together([webhooks], () => store.close()), unplaced, unnamed }
}
