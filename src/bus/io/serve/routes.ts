import { errorCode } from '../../../lib/index.ts'
import type { AttestRequest } from '../../attestation/attestor.ts'
import { encodeAttestation } from '../../attestation/binary.ts'
import { attestationToJson } from '../../attestation/json.ts'
import { supplementToJson } from '../../attestation/supplement.ts'
import { verifyJson } from '../../verify-json.ts'
import type { ServedProof } from './served-bus.ts'

export interface Answer {
  readonly status: number
  readonly type: 'application/json' | 'application/octet-stream'
  readonly body: Uint8Array
  /** Of the content, where clients may ask whether it changed. */
  readonly etag?: string
}

/** What is to be done for a path; null where nothing is at it. */
export interface Route {
  /** Asks a node: such requests are few at a time. */
  readonly costly: boolean
  answer(served: ServedProof, signal: AbortSignal): Promise<Answer>
}

const encoder = new TextEncoder()

export function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: encoder.encode(`${JSON.stringify(value)}\n`) }
}

export const failure = (status: number, error: string, detail: string) => json(status, { error, detail })

const HEIGHT = '(0|[1-9][0-9]{0,9})'
const TXID = '([0-9a-f]{64})'

/** Every path there is; `docs/serving.md` tells of each. */
const ROUTES: readonly (readonly [RegExp, (match: readonly string[], query: URLSearchParams) => Route])[] = [
  [/^\/v1\/proof$/, () => ({ costly: false, answer: async (served) => proof(served) })],
  [/^\/v1\/state$/, () => ({ costly: false, answer: async ({ chain }) => json(200, verifyJson(chain)) })],
  [
    new RegExp(`^/v1/path/${HEIGHT}$`),
    ([, height]) => ({ costly: false, answer: (served) => inStep(() => path(served, height)) }),
  ],
  [
    new RegExp(`^/v1/attest/header/${HEIGHT}$`),
    ([, height], query) => attest(query, { kind: 'header', height: Number(height) }),
  ],
  [
    new RegExp(`^/v1/attest/tx/${TXID}$`),
    ([, txid], query) => attest(query, { kind: 'tx', txid: txid as string, height: heightOf(query) }),
  ],
  [
    new RegExp(`^/v1/attest/output/${TXID}/(0|[1-9][0-9]{0,5})$`),
    ([, txid, output], query) =>
      attest(query, { kind: 'output', txid: txid as string, output: Number(output), height: heightOf(query) }),
  ],
  [
    new RegExp(`^/v1/attest/inscription/${TXID}i(0|[1-9][0-9]{0,5})$`),
    ([, txid, index], query) => attest(query, { kind: 'inscription', id: `${txid}i${index}`, height: heightOf(query) }),
  ],
]

export function findRoute(pathname: string, query: URLSearchParams): Route | null {
  for (const [pattern, make] of ROUTES) {
    const match = pattern.exec(pathname)
    if (match !== null) return make(match, query)
  }
  return null
}

function heightOf(query: URLSearchParams): number | undefined {
  const text = query.get('height')
  return text !== null && /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined
}

function proof({ bytes, digest }: ServedProof): Answer {
  return { status: 200, type: 'application/octet-stream', body: bytes, etag: `"${digest}"` }
}

async function path({ places }: ServedProof, text: string | undefined): Promise<Answer> {
  const height = Number(text)
  if ((await places.hashAt(height)) === null) return noHeader(height)
  return json(200, supplementToJson(await places.place(height)))
}

/** What places throw while the history is not the proof's: it is still being made, or a reorg rewrites it. */
const CATCHING_UP: ReadonlySet<unknown> = new Set(['E_NO_HEADERS', 'E_SOURCE', 'E_REORG'])

/** An answer that needs the history: none is made from one that is not in step with the proof. */
async function inStep(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!CATCHING_UP.has(errorCode(error))) throw error
    return failure(503, 'catching-up', 'the headers of this proof are not all here; try again in a second')
  }
}

const noHeader = (height: number) => failure(404, 'no-such-block', `the proved chain has no height ${height}`)

function attest(query: URLSearchParams, request: AttestRequest): Route {
  return {
    costly: true,
    answer: ({ attestor }, signal) =>
      inStep(async () => {
        const made = await attestor.attest(request, signal)
        if (!made.ok) return failure(404, made.reject, made.detail)
        if (query.get('form') === 'json') return json(200, attestationToJson(made.attestation))
        return { status: 200, type: 'application/octet-stream', body: encodeAttestation(made.attestation) }
      }),
  }
}
