import { isInterrupt } from '../../../lib/index.ts'
import type { ProvingJob } from '../../queue/job.ts'
import type { ProvingQueue } from '../../queue/queue.ts'
import { decodeResult, type ProgramResult } from '../../result/result-file.ts'

/** The result of a job. Where nobody needs it any more it is cancelled; what was taken is forgotten there. */
export async function proveByQueue(queue: ProvingQueue, job: ProvingJob, signal: AbortSignal): Promise<ProgramResult> {
  try {
    await queue.submit(job)
    const read = decodeResult(await queue.result(job.id, signal))
    if (!read.ok) throw new RangeError(`a queue gave no result: ${read.detail}`)
    return read.result
  } finally {
    // Also where it failed, or does not hold: asked for again, it is proved anew.
    await queue.cancel(job.id).catch((error: unknown) => {
      if (!isInterrupt(error, signal)) throw error
    })
  }
}
