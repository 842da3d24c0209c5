import { type NetworkParams, toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex, type Result, rejection } from '../../../lib/index.ts'
import type { StorageKernel } from '../../../proving/index.ts'
import type { ResultMessage } from '../../peers/result-message.ts'
import { DEFAULT_PRIORITY, type ProvingJob } from '../../queue/job.ts'
import { resultIdentity } from '../../result/identity.ts'
import type { StreamResult } from '../../result/result-file.ts'
import { paceOf } from '../../scheduling/pace.ts'
import type { OwnBlock, OwnGround, ServedProgram } from '../../service/served-program.ts'
import { verifyStream } from '../../stream/verify-stream.ts'
import { chainTo } from '../chain-to.ts'
import type { KnownSources } from '../input/latest-results.ts'
import type { RecordIndex } from '../input/record-index.ts'
import type { Program, StreamOfKeys } from '../open-program.ts'
import type { ChainReading } from './own-reading.ts'
import type { SharedJobs } from './shared-jobs.ts'

/** What all programs of a node are served with. */
export interface ServingParts {
  /** Of the queue that proves; one for all programs, so that whoever needs the same proof shares its job. */
  readonly jobs: SharedJobs
  readonly kernel: StorageKernel
  readonly params: NetworkParams
  /** Knows all records; of the same node. Asked once it has started. */
  readonly inscriptions: { readonly index: RecordIndex }
  readonly reading: ChainReading
  /** Of a node with programs that read results of others. */
  readonly sources?: KnownSources | undefined
}

/** Tries of a job that is due by itself before it has failed. */
export const ATTEMPTS = 2

export function aboutProgram({
  id,
  manifest,
}: Pick<Program, 'id' | 'manifest'>): Pick<ServedProgram, 'id' | 'name' | 'pace' | 'identityOf'> {
  return {
    id: bytesToHex(id),
    name: manifest.name,
    pace: paceOf(manifest),
    identityOf: ({ result }) => bytesToHex(resultIdentity(manifest, result)),
  }
}

/** A stream as the network serves it. */
export function servedStream(program: StreamOfKeys, { jobs }: ServingParts): ServedProgram {
  const { id, manifest, verifier } = program
  const judge = async ({ result, evidence }: ResultMessage, { block }: OwnGround): Promise<Result<object>> => {
    if (result.kind !== 'stream') return rejection('wrong-kind', `a result of a ${result.kind}`)
    if (evidence.length > 0) return rejection('wrong-input', 'an attestation, of which a stream has none')
    return await verifyStream(result, { program: id, manifest, verifier, chain: chainTo(block) })
  }
  const prove = async ({ height, hash }: OwnBlock, signal: AbortSignal): Promise<ResultMessage> => {
    const head = { program: id, height, blockHash: hash, proof: new Uint8Array() }
    const expected: StreamResult = { kind: 'stream', ...head, steps: 1, state: [], log: [] }
    const job: ProvingJob = {
      ...{ id: bytesToHex(resultIdentity(manifest, expected)), program: bytesToHex(id), kind: 'stream' },
      ...{ height, blockHash: toDisplay(hash), inputs: [], priority: DEFAULT_PRIORITY, attempts: ATTEMPTS },
    }
    return { result: await jobs.prove(job, signal), evidence: [] }
  }
  return { ...aboutProgram(program), judge, prove, onRequest: null }
}
