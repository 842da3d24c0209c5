import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { failureSchema, type RouteModule } from '../../../src/http/index.ts'
import { concatBytes, type Rejection, type Result, rejection } from '../../../src/lib/index.ts'
import { takenBack } from '../../naming/names.ts'
import { formatUri, parseUri, type StorageUri } from '../../naming/uri.ts'
import type { BlobReader } from '../../reading/blob-reader.ts'
import { factsOf } from '../../reading/gateway-source.ts'
import { OpenBlobs } from '../../reading/open-blobs.ts'
import { readFrom } from '../../reading/read-blob.ts'
import { Cars } from './car.ts'
import { askedOf } from './hosts.ts'
import { FOR_EVER, SHORT, sendRead } from './pages.ts'
import { refuse } from './refuse.ts'
import type { ChainNames } from './resolver.ts'

export interface GatewayComponents {
  readonly reader: BlobReader
  /** Null where no node stands behind it: blobs by their ids alone. */
  readonly names: ChainNames | null
  /** Of the network, as URIs have it. */
  readonly chain: number
  /** What `Host` must be, with the port where it is not the usual one. A blob has a host of its own below it. */
  readonly host: string
}

const query = z.strictObject({
  format: z.enum(['raw', 'facts', 'name', 'car']).optional(),
  unit: z.coerce.number().int().min(0).max(0xffff).optional(),
  chunk: z.coerce.number().int().min(0).max(0xffff).optional(),
  // Judged as the URI's, for which their order matters.
  'mime.content': z.unknown().optional(),
  'mime.type': z.unknown().optional(),
})
type Query = z.output<typeof query>

/** Reads blobs for browsers and for clients that verify everything themselves (docs/reading.md). */
export function gatewayRoutes(components: GatewayComponents): RouteModule {
  return {
    name: 'gateway',
    description: 'Blobs by web3:// URI: files, units and chunks with their proofs, names with their records, CAR',
    register(routes) {
      routes.addHook('onSend', (_request, reply, payload, done) => {
        if (reply.statusCode >= 400) reply.header('cache-control', 'no-store')
        // Of every answer, for the first one decides: no page joins the origins of two blobs by `document.domain`.
        reply.header('origin-agent-cluster', '?1')
        done(null, payload)
      })
      const answer = new Gateway(components)
      const response = { 200: z.any().meta({ description: 'The content' }), default: failureSchema } as object
      routes.get('/web3/*', { schema: { querystring: query, response } }, (request, reply) =>
        answer.path(request, reply),
      )
      routes.get('/*', { schema: { querystring: z.strictObject({}), response } }, (request, reply) =>
        answer.host(request, reply),
      )
    },
  }
}

const CATCHING_UP = rejection('catching-up', 'this gateway has not seen the chain yet; try again later')

class Gateway {
  readonly #components: GatewayComponents
  readonly #blobs: OpenBlobs
  readonly #cars: Cars

  constructor(components: GatewayComponents) {
    this.#components = components
    this.#blobs = new OpenBlobs(components.reader)
    this.#cars = new Cars(components.reader)
  }

  /** `/web3/TARGET:CHAIN/PATH` at the gateway's own host. */
  async path(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (askedOf(request.headers.host, this.#components.host)?.kind !== 'paths') return await this.host(request, reply)
    if (request.headers['service-worker'] !== undefined) {
      return reply.fail(403, 'no-service-worker', 'what is here for all blobs serves no worker')
    }
    const asked = request.query as Query
    const parsed = parseUri(`web3://${pathOnly(request.url).slice('/web3/'.length)}${mediaQuery(request.url)}`)
    if (!parsed.ok) return refuse(reply, parsed)
    const { uri } = parsed
    if (uri.chain !== this.#components.chain)
      return reply.fail(404, 'other-network', 'this gateway reads another chain')
    const { format } = asked
    const silence = this.#silence(uri)
    if (silence !== null) return refuse(reply, silence)
    if (format === 'name') return await this.#name(reply, uri)
    const found = await this.#resolve(uri)
    if (!found.ok) return refuse(reply, found)
    if (format === undefined) return await this.#content(request, reply, uri, { ...found, sandboxed: true })
    // Whoever reads these verifies them: any page may.
    reply.header('access-control-allow-origin', '*')
    if (format === 'car') return await this.#car(request, reply, uri, found)
    if (uri.path !== '' || uri.target.kind !== 'blob') return reply.fail(400, 'bad-query', 'that is had of a blob’s id')
    return await (format === 'facts'
      ? this.#facts(request, reply, found.id)
      : this.#raw(request, reply, found.id, asked))
  }

  /** `/PATH` at the host of one blob: an origin of its own, where pages may do what pages do. */
  async host(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { host, chain } = this.#components
    const asked = askedOf(request.headers.host, host)
    if (asked === null) return reply.fail(421, 'wrong-host', `this is ${host}`)
    if (asked.kind === 'paths') {
      const form = `/web3/ID:${chain}/PATH, or /web3/NAME.AUTHOR:${chain}/PATH`
      return reply.fail(404, 'no-such-path', `what is stored lies below /web3/: ${form}`)
    }
    const parsed = parseUri(`web3://${asked.id}:${chain}${pathOnly(request.url)}`)
    if (!parsed.ok) return refuse(reply, parsed)
    return await this.#content(request, reply, parsed.uri, { id: asked.id, asOf: null, sandboxed: false })
  }

  /** Why nothing can be said of what only the chain knows: that is no word that there is none. */
  #silence({ target }: StorageUri): Rejection | null {
    const { names } = this.#components
    if (target.kind === 'blob') return null
    if (names === null) return rejection('no-node', 'this gateway has no node: it reads by the ids of blobs alone')
    return names.isCatchingUp ? CATCHING_UP : null
  }

  /** What counts the chain tells, and peers are asked for nothing else: before it is read, nobody has it is no answer. */
  #refuse(reply: FastifyReply, refusal: Rejection): FastifyReply {
    const isUnknown = refusal.reject === 'not-found' && this.#components.names?.isCatchingUp === true
    return refuse(reply, isUnknown ? CATCHING_UP : refusal)
  }

  async #resolve(
    uri: StorageUri,
  ): Promise<Result<{ readonly id: string; readonly asOf: number | null }, 'not-found' | 'taken-back'>> {
    const { target } = uri
    const { names } = this.#components
    if (target.kind === 'blob') return { ok: true, id: target.id, asOf: null }
    const isName = target.kind === 'name'
    const said = (await (isName ? names?.signedName(target) : names?.recorded(target.id))) ?? null
    if (said === null) return rejection('not-found', `nothing counts as ${formatUri({ ...uri, type: null })}`)
    return isName && said.id === '' ? takenBack(target) : { ok: true, id: said.id, asOf: said.asOf }
  }

  async #content(
    request: FastifyRequest,
    reply: FastifyReply,
    uri: StorageUri,
    { id, asOf, sandboxed }: { readonly id: string; readonly asOf: number | null; readonly sandboxed: boolean },
  ): Promise<FastifyReply> {
    const opened = await this.#blobs.open(id, request.leaving)
    if (!opened.ok) return this.#refuse(reply, opened)
    const read = readFrom(this.#components.reader, opened.blob, uri, asOf)
    return read.ok ? await sendRead(request, reply, uri, read.found, sandboxed) : this.#refuse(reply, read)
  }

  async #name(reply: FastifyReply, { target, path }: StorageUri): Promise<FastifyReply> {
    if (target.kind !== 'name' || path !== '') return reply.fail(400, 'bad-query', 'that is had of a name')
    const signed = (await this.#components.names?.signedName(target)) ?? null
    if (signed === null) return reply.fail(404, 'no-such-name', `nothing counts as ${target.name} of this author`)
    return reply.headers({ 'access-control-allow-origin': '*', 'cache-control': SHORT }).send(signed)
  }

  async #facts(request: FastifyRequest, reply: FastifyReply, id: string): Promise<FastifyReply> {
    const found = await this.#components.reader.content(id, request.leaving)
    if (!found.ok) return this.#refuse(reply, found)
    return reply.headers({ 'cache-control': FOR_EVER, etag: `"facts-${id}"` }).send(factsOf(found.content))
  }

  /** The path, then the bytes, as peers send them. */
  async #raw(request: FastifyRequest, reply: FastifyReply, id: string, { unit, chunk }: Query): Promise<FastifyReply> {
    const index = unit ?? chunk
    if (index === undefined || (unit !== undefined && chunk !== undefined)) {
      return reply.fail(400, 'bad-query', 'name either a unit or a chunk')
    }
    const kind = unit === undefined ? 'chunk' : 'unit'
    const found = await this.#components.reader.piece(id, kind, index, request.leaving)
    if (!found.ok) return this.#refuse(reply, found)
    const bytes = concatBytes(found.piece.path, found.piece.bytes)
    reply.header('cache-control', FOR_EVER)
    return reply.sendContent({ type: 'application/octet-stream', bytes, etag: `${kind}-${index}-${id}` })
  }

  async #car(
    request: FastifyRequest,
    reply: FastifyReply,
    uri: StorageUri,
    { id, asOf }: { readonly id: string; readonly asOf: number | null },
  ): Promise<FastifyReply> {
    const opened = await this.#blobs.open(id, request.leaving)
    if (!opened.ok) return this.#refuse(reply, opened)
    const found = await this.#cars.of(opened.blob, uri.path, request.leaving)
    if (!found.ok) return this.#refuse(reply, found)
    const { car } = found
    reply.header('cache-control', asOf === null ? FOR_EVER : SHORT)
    const type = 'application/vnd.ipld.car; version=1; order=unk; dups=n'
    const { length, read, cid } = car
    return reply.sendContent({ type, length, read, etag: `car-${cid}` })
  }
}

/** As it was sent, not decoded yet. */
const pathOnly = (url: string) => url.replace(/\?.*$/s, '')

/** What of a query is the URI's: in its order, for the last one holds (ERC-7087). */
function mediaQuery(url: string): string {
  const said = (url.split('?', 2)[1] ?? '').split('&').filter((attribute) => attribute.startsWith('mime.'))
  return said.length === 0 ? '' : `?${said.join('&')}`
}
