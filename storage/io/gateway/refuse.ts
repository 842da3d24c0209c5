import type { FastifyReply } from 'fastify'
import type { Rejection } from '../../../src/lib/index.ts'

const STATUS: Readonly<Record<string, number>> = {
  'not-found': 404,
  'no-such-path': 404,
  'taken-back': 404,
  'not-verified': 502,
  unreachable: 502,
  busy: 503,
  'no-node': 503,
  'catching-up': 503,
  'bad-manifest': 502,
  'bad-cid': 502,
  'too-long': 414,
  'too-large': 413,
}

/** Answers with the rule broken. */
export function refuse(reply: FastifyReply, { reject, detail }: Rejection): FastifyReply {
  return reply.fail(STATUS[reject] ?? 400, reject, detail)
}
