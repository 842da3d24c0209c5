import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { failureSchema, type RouteModule, type Routes } from '../../../http/index.ts'
import { Budget, type RateLimit } from '../../../lib/index.ts'
import type { AttestRequest } from '../../attestation/attestor.ts'
import { encodeAttestation } from '../../attestation/binary.ts'
import { attestationToJson } from '../../attestation/json.ts'
import { supplementToJson } from '../../attestation/supplement.ts'
import { provedJson } from '../../verify-json.ts'
import {
  attestQuery,
  bytesAnswer,
  headerQuery,
  heightParams,
  inscriptionParams,
  outputParams,
  pathAnswer,
  stateAnswer,
  txParams,
} from './route-schemas.ts'
import type { ServedBus, ServedProof } from './served-bus.ts'
import { isCatchingUp } from './served-history.ts'

/** Requests that ask a node at the same time: of all clients, and of one. */
const COSTLY = { total: 8, perClient: 2 }

/** Of one client about what lies in blocks: each may be about another block, to be read and hashed in full. */
const BLOCK_RATE: RateLimit = { burst: 8, perSecond: 2 }

/** What a `ServedBus` serves, at the paths of `docs/serving.md`, for a server that may have routes of other parts too. */
export function busRoutes(bus: ServedBus): RouteModule {
  return {
    name: 'bus',
    description: 'The one proof of the header chain, and paths and attestations under it',
    register(routes) {
      addProof(routes, bus)
      addPath(routes, bus)
      addAttestations(routes, bus)
    },
  }
}

function addProof(routes: Routes, bus: ServedBus): void {
  const proof = bytesAnswer('The proof file')
  routes.get('/v1/proof', { schema: answering(proof) }, (_request, reply) => {
    const { current } = bus
    if (current === null) return noProof(reply)
    const { bytes, digest } = current
    return reply.sendContent({ type: 'application/octet-stream', bytes, etag: digest })
  })
  routes.get('/v1/state', { schema: answering(stateAnswer) }, (_request, reply) => {
    const { current } = bus
    return current === null ? noProof(reply) : reply.send(provedJson(current.chain))
  })
}

function addPath(routes: Routes, bus: ServedBus): void {
  const schema = { params: heightParams, ...answering(pathAnswer) }
  routes.get('/v1/path/:height', { schema }, async ({ params: { height } }, reply) => {
    const { current } = bus
    if (current === null) return noProof(reply)
    return await inStep(reply, async () => {
      const there = await current.places.hashAt(height)
      if (there === null) return reply.fail(404, 'no-such-block', `the proved chain has no height ${height}`)
      return reply.send(supplementToJson(await current.places.place(height)))
    })
  })
}

function addAttestations(routes: Routes, bus: ServedBus): void {
  const places = new Budget(COSTLY)
  const { burst, perSecond } = BLOCK_RATE
  const ofBlocks = routes.createRateLimit({ max: burst, timeWindow: (burst * 1000) / perSecond })
  const attest = async (request: FastifyRequest, reply: FastifyReply, asked: AttestRequest, asJson: boolean) => {
    const { current } = bus
    if (current === null) return noProof(reply)
    if (asked.kind !== 'header') {
      const limited = await ofBlocks(request)
      if (!limited.isAllowed && limited.isExceeded) return reply.fail(429, 'too-many-requests', 'wait a second')
    }
    const leave = places.take(request.client, 1)
    if (leave === null) return reply.fail(503, 'busy', 'try again in a second')
    try {
      return await inStep(reply, () => sendAttestation(request, reply, current, asked, asJson))
    } finally {
      leave()
    }
  }
  const attestation = answering(bytesAnswer('The attestation', z.looseObject({ format: z.string(), kind: z.string() })))
  const of = <Params, Query>(params: Params, querystring: Query) => ({
    schema: { params, querystring, ...attestation },
  })

  routes.get('/v1/attest/header/:height', of(heightParams, headerQuery), (request, reply) => {
    const { height } = request.params
    return attest(request, reply, { kind: 'header', height }, request.query.form === 'json')
  })
  routes.get('/v1/attest/tx/:txid', of(txParams, attestQuery), (request, reply) => {
    const { form, height } = request.query
    return attest(request, reply, { kind: 'tx', txid: request.params.txid, height }, form === 'json')
  })
  routes.get('/v1/attest/output/:txid/:output', of(outputParams, attestQuery), (request, reply) => {
    const { form, height } = request.query
    return attest(request, reply, { kind: 'output', ...request.params, height }, form === 'json')
  })
  routes.get('/v1/attest/inscription/:id', of(inscriptionParams, attestQuery), (request, reply) => {
    const { form, height } = request.query
    return attest(request, reply, { kind: 'inscription', id: request.params.id, height }, form === 'json')
  })
}

async function sendAttestation(
  request: FastifyRequest,
  reply: FastifyReply,
  { attestor }: ServedProof,
  asked: AttestRequest,
  asJson: boolean,
): Promise<FastifyReply> {
  const made = await attestor.attest(asked, request.leaving)
  if (!made.ok) return reply.fail(404, made.reject, made.detail)
  if (asJson) return reply.send(attestationToJson(made.attestation))
  return reply.type('application/octet-stream').send(encodeAttestation(made.attestation))
}

/** An answer that needs the history: none is made from one that is not in step with the proof. */
async function inStep(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work()
  } catch (error) {
    if (!isCatchingUp(error)) throw error
    return reply.fail(503, 'catching-up', 'the headers of this proof are not all here; try again in a second')
  }
}

const noProof = (reply: FastifyReply) => reply.fail(503, 'no-proof', 'there is no proof to serve yet')

/** What a route answers where all is well; everything else is a failure. */
const answering = (ok: object) => ({ response: { 200: ok, default: failureSchema } as object })
