import { z } from 'zod'
import { failureSchema, type RouteModule } from '../../../http/index.ts'
import { formatCursor, parseCursor } from '../../results/cursor.ts'
import type { ResultsService } from './results-service.ts'

export interface ResultsRoutesComponents {
  /** Started, and by whoever made it. */
  readonly results: Pick<ResultsService, 'since' | 'isCaughtUp'>
  /** Confirmations that make a result final. */
  readonly finality: number
}

/** Events of one answer: no block is told of once there are so many. */
const MOST_EVENTS = 500
const MAX_CURSOR = 96

const query = z.strictObject({
  since: z.string().max(MAX_CURSOR).optional(),
  limit: z.coerce.number().int().min(1).max(MOST_EVENTS).default(100),
})

/** What happened to verified results since a cursor (docs/results.md). */
export function resultsRoutes({ results, finality }: ResultsRoutesComponents): RouteModule {
  return {
    name: 'results',
    description: 'Verified results on Bitcoin, in order, from a cursor on',
    register(routes) {
      const answer = z.any().meta({ description: 'Events, the cursor to go on with, and whether there is more by now' })
      const response = { 200: answer, default: failureSchema } as object
      routes.get('/results', { schema: { querystring: query, response } }, async (request, reply) => {
        const { since, limit } = request.query
        const read = since === undefined ? null : parseCursor(since)
        if (read?.ok === false) return reply.fail(400, read.reject, read.detail)
        if (!results.isCaughtUp)
          return reply.fail(503, 'catching-up', 'the chain has not been read yet; try again later')
        const told = await results.since(read?.cursor ?? null, { finality, limit })
        if (!told.ok) return reply.fail(410, told.reject, told.detail)
        const { events, cursor, more } = told
        return reply.send({ events, cursor: formatCursor(cursor), more })
      })
    },
  }
}
