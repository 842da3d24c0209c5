import { storesLog } from '../../manifest/manifest.ts'
import { holdsLog } from '../../result/result-file.ts'
import type { LogStorage } from './log-storage.ts'
import type { VerifiedResult } from './result-inscriber.ts'

/** A verified result as it is to be inscribed: one whose graph has its log stored names it. */
export async function storingOf(storage: LogStorage | null, verified: VerifiedResult): Promise<VerifiedResult> {
  const { result, manifest } = verified
  if (storage === null || !storesLog(manifest) || !holdsLog(result)) return verified
  const storing = await storage.prepare(result)
  return { result: storing.result, manifest, storing }
}
