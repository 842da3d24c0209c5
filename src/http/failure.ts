import { z } from 'zod'

/** What every answer says that is no success: a stable name for programs, and the same for people. */
export interface Failure {
  readonly error: string
  readonly detail: string
}

export const failureSchema = z
  .object({ error: z.string(), detail: z.string() })
  .meta({ description: 'Refused, or not to be had now: a name for programs, and what it means for people' })

/** Of a reply what `fail` takes, whatever its route. */
interface FailingReply {
  code(status: number): unknown
  send(failure: Failure): unknown
}

/** `reply.fail` (`route-module.ts`). */
export function fail<Reply extends FailingReply>(reply: Reply, status: number, error: string, detail: string): Reply {
  reply.code(status)
  reply.send({ error, detail })
  return reply
}
