import { z } from 'zod'
import { toDisplay } from '../../bitcoin/index.ts'
import { bytesToHex, hash256, type Result, rejection, uint32 } from '../../lib/index.ts'
import { decodeResult } from '../result/result-file.ts'

const JOB_KINDS = ['stream', 'circuit', 'transactions'] as const
export type JobKind = (typeof JOB_KINDS)[number]

/** A proving job: one run of one program at one block, to be proved by whoever takes it. */
export interface ProvingJob {
  /** Follows from what is proved, so that the same work has the same id everywhere (`jobIdentity`), 64 hex digits. */
  readonly id: string
  /** The program's id, 64 hex digits. */
  readonly program: string
  readonly kind: JobKind
  readonly height: number
  /** Of the block at that height, as explorers show it. */
  readonly blockHash: string
  /** What the program reads beside the chain, by name. */
  readonly inputs: readonly JobInput[]
  /** The lower, the sooner. */
  readonly priority: number
  /** How often it is tried before it has failed. */
  readonly attempts: number
}

/** An input, or what it must be the bytes of. */
export type JobInput =
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly sha256: string; readonly length: number }

/** Proves a job; its result as a file (`WSCR`). Ends soon after `signal` fires. */
export type ProveJob = (job: ProvingJob, signal: AbortSignal) => Promise<Uint8Array>

const MAX_PRIORITY = 1_000_000
export const DEFAULT_PRIORITY = 1_000
const MAX_INPUTS = 64
const MAX_ATTEMPTS = 20
/** Of all inputs of a job that are given by their bytes: a larger one is named by its hash. */
const MAX_INLINE_BYTES: number = 1 << 20
/** Of an input that is named by its hash. */
const MAX_INPUT_BYTES = 1 << 28
/** Of a result that goes through a queue; most have some kilobytes. */
export const MAX_QUEUED_RESULT: number = 4 << 20

/** Characters of a job as text: base64 takes four for three bytes. */
const MAX_JOB_TEXT = 2 * MAX_INLINE_BYTES

// No group that repeats: on long texts it would use up the stack of the expression's engine.
const base64 = (maxBytes: number) =>
  z
    .string()
    .max(4 * Math.ceil(maxBytes / 3))
    .regex(/^[0-9A-Za-z+/]*={0,2}$/, 'must be base64')
    .transform((text, context) => {
      const bytes = Uint8Array.from(atob64(text), (c) => c.charCodeAt(0))
      if (toBase64(bytes) === text) return bytes
      context.addIssue('must be base64 in its one form')
      return z.NEVER
    })

const inputName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'must be letters and digits, a letter first')

const jobSchema = z.strictObject({
  version: z.literal(1),
  id: hash256,
  program: hash256,
  kind: z.enum(JOB_KINDS),
  height: uint32,
  blockHash: hash256,
  inputs: z
    .array(
      z.union([
        z.strictObject({ name: inputName, bytes: base64(MAX_INLINE_BYTES) }),
        z.strictObject({ name: inputName, sha256: hash256, length: z.int().min(0).max(MAX_INPUT_BYTES) }),
      ]),
    )
    .max(MAX_INPUTS)
    .refine((inputs) => new Set(inputs.map(({ name }) => name)).size === inputs.length, {
      error: 'two inputs have one name',
    })
    .refine((inputs) => inlineBytes(inputs) <= MAX_INLINE_BYTES, {
      error: `inputs of more than ${MAX_INLINE_BYTES} bytes together; name large ones by their hash`,
    }),
  priority: z.int().min(0).max(MAX_PRIORITY),
  attempts: z.int().min(1).max(MAX_ATTEMPTS),
})

/** A job as JSON. */
export function encodeJob(job: ProvingJob): string {
  const inputs = job.inputs.map((input) => ('bytes' in input ? { ...input, bytes: toBase64(input.bytes) } : input))
  return JSON.stringify({ version: 1, ...job, inputs })
}

/** Reads a job, strictly: every field, and nothing else. */
export function decodeJob(text: string): Result<{ readonly job: ProvingJob }, 'malformed-job'> {
  if (text.length > MAX_JOB_TEXT) return rejection('malformed-job', `${text.length} characters are no job`)
  try {
    const read = jobSchema.safeParse(JSON.parse(text))
    if (!read.success) return rejection('malformed-job', z.prettifyError(read.error))
    const { version: _, ...job } = read.data
    return { ok: true, job }
  } catch {
    return rejection('malformed-job', 'it is no JSON')
  }
}

export type QueuedResultReject = 'malformed-result' | 'other-result'

/** Whether bytes are a result of this job. Whether it holds is for whoever has the program and a bus proof to verify. */
export function checkQueuedResult(job: ProvingJob, bytes: Uint8Array): Result<object, QueuedResultReject> {
  if (bytes.length > MAX_QUEUED_RESULT) {
    return rejection('malformed-result', `${bytes.length} bytes, more than ${MAX_QUEUED_RESULT} go through a queue`)
  }
  const read = decodeResult(bytes)
  if (!read.ok) return rejection('malformed-result', `${read.detail} (${read.reject})`)
  const { kind, program, height, blockHash } = read.result
  const same =
    kind === job.kind &&
    bytesToHex(program) === job.program &&
    height === job.height &&
    toDisplay(blockHash) === job.blockHash
  return same ? { ok: true } : rejection('other-result', `a result of another program or block than job ${job.id}`)
}

/** Bytes as they cross a queue. */
function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return btoa(text)
}

/** Arguments that one call takes without using up the stack. */
const CHUNK = 8_192

function atob64(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}

function inlineBytes(inputs: readonly object[]): number {
  return inputs.reduce(
    (sum, input) => sum + ('bytes' in input && input.bytes instanceof Uint8Array ? input.bytes.length : 0),
    0,
  )
}
