import { z } from 'zod'

/** What `--json` promises, field by field: a field too many or too few fails. */
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const hex = z.string().regex(/^(0|[1-9a-f][0-9a-f]*)$/)
const bits = z.string().regex(/^[0-9a-f]{8}$/)
const height = z.int().min(0)
const keyId = z.string().regex(/^[A-Za-z0-9:.-]+$/)
const setup = z.enum(['ceremony', 'insecure-dev'])
const start = z.strictObject({ height, hash })

const proved = {
  valid: z.literal(true),
  reason: z.null(),
  detail: z.null(),
  network: z.string(),
  height,
  tip: hash,
  bits,
  accumulator: hash,
  steps: z.int().min(1),
  setup,
  pow: z.enum(['strong', 'weak']),
  keyId,
}
const fromGenesis = { ...proved, chainwork: hex, anchor: z.null() }
const fromAnchor = { ...proved, workSinceAnchor: hex, anchor: start }
const nothing = z.null()

const refused = z.strictObject({
  valid: z.literal(false),
  reason: z.string().min(1),
  detail: z.string().min(1),
  network: z.string(),
  height: nothing,
  tip: nothing,
  bits: nothing,
  chainwork: nothing,
  accumulator: nothing,
  steps: nothing,
  anchor: nothing,
  setup: nothing,
  pow: nothing,
  keyId: nothing,
})

/** `wsc bus verify --json` */
export const verified = z.union([z.strictObject(fromGenesis), z.strictObject(fromAnchor), refused])

const made = { file: z.string(), seconds: z.number().min(0) }
/** `wsc bus prove --json`, where it proved */
export const provedJson = z.union([
  z.strictObject({ ...fromGenesis, ...made }),
  z.strictObject({ ...fromAnchor, ...made }),
])

/** `wsc bus prove --json`, where a header breaks a rule */
export const breach = refused.extend({ height })

/** A line of `wsc bus follow --json` */
export const followed = z.strictObject({ ...fromGenesis, ...made, bytes: z.int().min(1) })

/** `wsc bus status --json` */
export const status = z.strictObject({
  network: z.string(),
  start: z.strictObject({ kind: z.enum(['genesis', 'anchor']), height, hash }),
  pid: z.int(),
  updatedAt: z.number(),
  height: height.nullable(),
  tip: hash.nullable(),
  to: height.nullable(),
  etaSeconds: z.number().nullable(),
  secondsPerHeader: z.number().nullable(),
  lastProof: z.strictObject({ file: z.string(), height, bytes: z.int(), at: z.number() }).nullable(),
  running: z.boolean(),
  checkpoints: z.array(z.strictObject({ height, file: z.string() })),
})

/** `wsc setup --json` */
export const setUp = z.strictObject({ keyId, setup, key: z.string() })
