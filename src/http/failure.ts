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

/**
 * Answers that a request cannot be served as it stands. What goes wrong inside is thrown instead: the client then hears
 * only that something did.
 */
export function fail<Reply extends FailingReply>(reply: Reply, status: number, error: string, detail: string): Reply {
  reply.code(status)
  reply.send({ error, detail })
  return reply
}
