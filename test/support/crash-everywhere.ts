import { expect } from 'vitest'
import type { InscriberOptions } from '../../src/settlement/io/index.ts'
import { Crash, CrashingClient, type InscriberPlace, textEnvelope } from './inscriber-place.ts'

export interface CrashOptions {
  readonly inscriber?: Partial<InscriberOptions>
  /** Between a crash and the same command again. */
  readonly after?: () => Promise<void>
  /** With each inscription done. */
  readonly done?: () => Promise<void>
}

/**
 * Inscribes again and again, each time with a crash at the next call to the node, before it and, in a second round,
 * after it was heard; then by the same command without one. Each is inscribed once. What they paid in all.
 */
export async function crashEverywhere(
  place: InscriberPlace,
  { inscriber = {}, after, done }: CrashOptions = {},
): Promise<{ readonly fees: bigint }> {
  let fees = 0n
  let moments = 0
  const ids: string[] = []
  for (const heard of [false, true]) {
    for (let n = 0; ; n++) {
      const envelope = textEnvelope(`crash at ${n}, ${heard}`)
      const client = new CrashingClient(place.node, n, heard)
      const crashed = await place
        .inscriber({ ...inscriber, client })
        .inscribe([envelope])
        .then(
          () => false,
          (error) => {
            if (!(error instanceof Crash)) throw error
            return true
          },
        )
      client.close()
      await after?.()
      const job = await place.inscriber(inscriber).inscribe([envelope])
      expect(job.inscriptions).toMatchObject([{ confirmations: 1 }])
      await done?.()
      ids.push(job.inscriptions[0]!.id)
      fees += job.fees
      if (!crashed) break
      moments++
    }
  }
  console.log(`${moments} moments, ${ids.length} inscriptions`)
  expect(moments).toBeGreaterThan(20)
  expect(new Set(ids).size).toBe(ids.length)
  const fresh = await place.freshIndex('fresh')
  expect([...fresh.keys()].filter((key) => key.startsWith('id:')).sort()).toEqual(ids.map((id) => `id:${id}`).sort())
  return { fees }
}
