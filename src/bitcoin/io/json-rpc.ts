import { z } from 'zod'
import { authorization, type BitcoindAuth } from './auth.ts'
import { BitcoindError } from './errors.ts'
import { type HttpConnection, type HttpReply, isBusy } from './http.ts'

/** A method of bitcoind’s RPC, with the shape that its answer must have. */
export interface RpcCall<T = unknown> {
  method: string
  params?: readonly unknown[]
  /** What the result must look like; nothing of an answer is used unchecked. */
  schema: z.ZodType<T>
}

/** How one call is made. */
export interface RpcOptions {
  signal?: AbortSignal | undefined
  timeoutMs?: number
  maxBytes?: number
  /** Asks this wallet of the node's, whatever wallet the address names. */
  wallet?: string | undefined
  /** Instead of the client's own. */
  patienceMs?: number | undefined
}

const MAX_REPLY_BYTES = 32 << 20
const DEFAULT_TIMEOUT_MS = 30_000

/** Of a node's error message, so much is told. */
const MAX_MESSAGE = 300
/** And so much of what is no answer. */
const MAX_WORDS = 100

/** Core: rpc/protocol.h */
const RPC_IN_WARMUP = -28

/** What JSON-RPC 2.0 leaves to servers; Core uses none of these, services in front of nodes do. */
const SERVER_ERRORS = { from: -32_099, to: -32_000 }

/** How servers say that they are asked too much, where their numbers do not. */
const TOO_MUCH =
  /work queue|queue depth|too many|rate.?limit|limit (reached|exceeded)|exceeded|busy|overload|try again/i

const errorSchema = z.object({ code: z.int(), message: z.string() })
/** By 1.1 both members are there and one is null; by 2.0 there is one of them. */
const replySchema = z
  .object({
    id: z.union([z.int(), z.string(), z.null()]).optional(),
    result: z.unknown().optional(),
    error: errorSchema.nullish(),
  })
  .refine((reply) => 'result' in reply || (reply.error ?? null) !== null, 'neither a result nor an error')

/** JSON-RPC as bitcoind speaks it in every version still in use: asked by 1.1, answered by 1.1 or 2.0. */
export class JsonRpc {
  readonly #http: HttpConnection
  readonly #auth: BitcoindAuth | undefined
  readonly #timeoutMs: number
  #header: string | undefined

  constructor(http: HttpConnection, auth: BitcoindAuth | undefined, timeoutMs = DEFAULT_TIMEOUT_MS) {
    this.#http = http
    this.#auth = auth
    this.#timeoutMs = timeoutMs
  }

  async call<T>(call: RpcCall<T>, options: RpcOptions = {}): Promise<T> {
    const reply = await this.#post(JSON.stringify(envelope(call, 0)), options)
    const parsed = this.#parse(reply, replySchema, call.method)
    return this.#result(parsed, call)
  }

  /** One request for all calls; results in the order of the calls. The first failed call rejects. */
  async batch<T>(calls: readonly RpcCall<T>[], options: RpcOptions = {}): Promise<T[]> {
    if (calls.length === 0) return []
    const reply = await this.#post(JSON.stringify(calls.map(envelope)), options)
    const what = `a batch of ${calls.length} ${calls[0]?.method}`
    // Counted before a single entry is looked at: a hostile reply may hold millions.
    const entries = z.array(z.unknown()).max(calls.length).pipe(z.array(replySchema))
    // A node in warm-up answers a batch with one error for all of it.
    const parsed = this.#parse(reply, z.union([entries, replySchema]), what)
    if (!Array.isArray(parsed)) {
      this.#throwRpcError(parsed, what)
      throw this.#garbage(what, 'one object')
    }
    const byId = new Map(parsed.map((entry) => [entry.id, entry]))
    return calls.map((call, id) => {
      const entry = byId.get(id)
      if (entry === undefined) throw this.#garbage(what, 'no entry for some call')
      return this.#result(entry, call)
    })
  }

  async #post(body: string, options: RpcOptions): Promise<HttpReply> {
    let header = this.#header ?? (await this.#readHeader())
    let reply = await this.#send(body, options, header)
    if (reply.status === 401 && this.#auth?.kind === 'cookie') {
      // A restarted node wrote a new cookie.
      header = await this.#readHeader()
      reply = await this.#send(body, options, header)
    }
    if (reply.status === 401 && header instanceof BitcoindError) throw header
    return this.#checkStatus(reply)
  }

  #send(body: string, options: RpcOptions, header: string | BitcoindError): Promise<HttpReply> {
    const authorized = typeof header === 'string' && { authorization: header }
    return this.#http.send({
      method: 'POST',
      path:
        options.wallet === undefined
          ? this.#http.path
          : `${this.#http.base}/wallet/${encodeURIComponent(options.wallet)}`,
      headers: { 'content-type': 'application/json', ...authorized },
      body,
      maxBytes: options.maxBytes ?? MAX_REPLY_BYTES,
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
      signal: options.signal,
    })
  }

  /**
   * A missing cookie usually means that no node runs, so the request goes out all the same: a refused connection is
   * the better explanation, and only a node that asks for credentials makes the missing file the cause.
   */
  async #readHeader(): Promise<string | BitcoindError> {
    this.#header = undefined
    if (this.#auth === undefined) {
      const message = `The node at ${this.#http.url.host} asks for credentials.`
      return new BitcoindError('E_NODE_AUTH', message, { cure: { act: 'credentials' } })
    }
    try {
      this.#header = await authorization(this.#auth)
      return this.#header
    } catch (error) {
      if (error instanceof BitcoindError) return error
      throw error
    }
  }

  /** Throws where the status says it all. A JSON-RPC error may come with any status, and says more. */
  #checkStatus(reply: HttpReply): HttpReply {
    const { host } = this.#http.url
    const { status, askedMs } = reply
    if (status === 401) {
      const isCookie = this.#auth?.kind === 'cookie'
      const cure = isCookie ? { act: 'right-cookie', subject: this.#auth.file } : { act: 'right-password' }
      throw new BitcoindError('E_NODE_AUTH', `The node at ${host} refuses the credentials (401).`, { cure })
    }
    if (status === 403) {
      const cure = { act: 'allow-request' }
      throw new BitcoindError('E_NODE_AUTH', `The node at ${host} forbids the request (403).`, { cure })
    }
    if (status < 408 || isWarmup(reply.body)) return reply
    const words = wordsOf(reply.body)
    if (isBusy(status) || (status >= 500 && words !== null && TOO_MUCH.test(words))) {
      const cure = { act: 'raise-work-queue' }
      const found = words === null || words === '' ? status : `${status}: ${words}`
      const message = `The node at ${host} has too much to do (${found}).`
      throw new BitcoindError('E_NODE_BUSY', message, { askedMs, cure })
    }
    if (status > 500 || (status === 500 && words !== null)) {
      const message = `The proxy at ${host} finds no node that answers (${status}).`
      throw new BitcoindError('E_NODE_UNREACHABLE', message, { askedMs, cure: { act: 'start-or-other-node' } })
    }
    return reply
  }

  #parse<T>(reply: HttpReply, schema: z.ZodType<T>, what: string): T {
    let json: unknown
    try {
      json = JSON.parse(reply.body.toString('utf8'))
    } catch (cause) {
      throw this.#garbage(what, `no JSON (HTTP ${reply.status})`, cause)
    }
    const parsed = schema.safeParse(json)
    if (!parsed.success) throw this.#garbage(what, describe(parsed.error), parsed.error)
    return parsed.data
  }

  #result<T>(reply: z.infer<typeof replySchema>, call: RpcCall<T>): T {
    this.#throwRpcError(reply, call.method)
    const parsed = call.schema.safeParse(reply.result)
    if (!parsed.success) throw this.#garbage(call.method, describe(parsed.error), parsed.error)
    return parsed.data
  }

  #throwRpcError(reply: z.infer<typeof replySchema>, what: string): void {
    if (!reply.error) return
    const { code } = reply.error
    const message = reply.error.message.slice(0, MAX_MESSAGE)
    const { host } = this.#http.url
    if (code === RPC_IN_WARMUP) {
      const found = `The node at ${host} is starting: ${message}`
      throw new BitcoindError('E_NODE_WARMUP', found, { rpcCode: code, cure: { act: 'wait-until-started' } })
    }
    if (code >= SERVER_ERRORS.from && code <= SERVER_ERRORS.to && TOO_MUCH.test(message)) {
      throw new BitcoindError('E_NODE_BUSY', `What answers at ${host} has too much to do: ${message} (${code}).`, {
        rpcCode: code,
      })
    }
    throw new BitcoindError('E_NODE_RPC', `The node refuses ${what}: ${message} (${code})`, { rpcCode: code })
  }

  #garbage(what: string, found: string, cause?: unknown): BitcoindError {
    const message = `The answer of ${this.#http.url.host} to ${what} is not a Bitcoin node’s: ${found}.`
    return new BitcoindError('E_NODE_GARBAGE', message, { cause, cure: { act: 'check-address' } })
  }
}

/** The first words of a body that is no JSON, a page's without its tags; null where it is JSON. */
function wordsOf(body: Buffer): string | null {
  const text = body.toString('utf8', 0, 10 * MAX_WORDS).trim()
  if (text.startsWith('{') || text.startsWith('[')) return null
  const words = text
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return words.slice(0, MAX_WORDS)
}

/** Whether it is a JSON-RPC error that says so, whatever the status it came with. */
function isWarmup(body: Buffer): boolean {
  try {
    const parsed = replySchema.safeParse(JSON.parse(body.toString('utf8')))
    return parsed.success && parsed.data.error?.code === RPC_IN_WARMUP
  } catch {
    return false
  }
}

function envelope(call: RpcCall, id: number): object {
  return { jsonrpc: '1.0', id, method: call.method, params: call.params ?? [] }
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0]
  return `${issue?.path.join('.') || 'the value'}: ${issue?.message}`.slice(0, 200)
}
