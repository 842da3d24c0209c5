import * as z from 'zod'
import {
  type AnchorContext,
  blockWork,
  checkProofOfWork,
  decodeCompact,
  decodeHeader,
  encodeHeader,
  headerHash,
  MEDIAN_SPAN,
  type NetworkParams,
  packParams,
  unusableTarget,
} from '../bitcoin/index.ts'
import { bytesToHex, hexToBytes, type Result } from '../lib/index.ts'

/**
 * Anchor file: the state of a chain at some height, made natively from a header file (`contextFromHeaders`). A proof that
 * starts from it shows consistency with it and nothing about what came before, so it must be trusted as such.
 */
const ANCHOR_FORMAT = 'wsc-anchor-2'

const uint32 = z.int().min(0).max(0xffff_ffff)
const anchorSchema = z.strictObject({
  format: z.literal(ANCHOR_FORMAT),
  network: z.string().min(1).max(64),
  /** Element 0 of the state vector, hexadecimal: binds the anchor to the network's rules. */
  params: z.string().regex(/^[0-9a-f]{1,64}$/),
  height: uint32.min(1),
  /** The 80 bytes of the header at `height`, hexadecimal: its hash, nBits and time are read from it. */
  header: z.string().regex(/^[0-9a-f]{160}$/),
  epochStartTime: uint32,
  maxTime: uint32,
  times: z.array(uint32).min(1).max(MEDIAN_SPAN),
})

/** The context that an anchor file holds, or why it is of no use. */
export type AnchorResult = Result<{ readonly context: AnchorContext }, AnchorReject>

/** Why an anchor file is of no use for this network. */
export type AnchorReject = 'malformed-anchor' | 'unsupported-version' | 'wrong-network' | 'network-not-provable'

/** An anchor file is a few hundred bytes; more is not read. */
export const MAX_ANCHOR_BYTES = 4096

/**
 * The text of an anchor file.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { contextFromHeaders, encodeAnchor, mainnet } from 'wsc-bitcoin'
 *
 * const anchor = contextFromHeaders(mainnet, await readFile('headers.bin'), 0, 20)
 * if (!anchor.ok) throw new Error(anchor.detail)
 * console.log(JSON.parse(encodeAnchor(mainnet, anchor.next)).height) // 20
 */
export function encodeAnchor(params: NetworkParams, context: AnchorContext): string {
  const file: z.infer<typeof anchorSchema> = {
    format: ANCHOR_FORMAT,
    network: params.name,
    params: packParams(params).toString(16),
    height: context.height,
    header: bytesToHex(encodeHeader(context.header)),
    epochStartTime: context.epochStartTime,
    maxTime: context.maxTime,
    times: [...context.times],
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/**
 * Reads an anchor file; it must be of this very network.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeAnchor, mainnet } from 'wsc-bitcoin'
 *
 * const anchor = decodeAnchor(mainnet, await readFile('anchor.json', 'utf8'))
 * console.log(anchor.ok ? anchor.context.height : anchor.detail) // 20
 */
export function decodeAnchor(params: NetworkParams, text: string): AnchorResult {
  const bad = (detail: string): AnchorResult => ({ ok: false, reject: 'malformed-anchor', detail })
  if (!params.provable) {
    return { ok: false, reject: 'network-not-provable', detail: `${params.name} is checked natively only` }
  }
  if (text.length > MAX_ANCHOR_BYTES) return bad(`more than ${MAX_ANCHOR_BYTES} characters`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return bad('not JSON')
  }
  const format = (json as { format?: unknown } | null)?.format
  if (typeof format === 'string' && /^wsc-anchor-\d{1,9}$/.test(format) && format !== ANCHOR_FORMAT) {
    const detail = `${format} does not hold the anchor's header: make the anchor anew from the header file`
    return { ok: false, reject: 'unsupported-version', detail }
  }
  const parsed = anchorSchema.safeParse(json)
  if (!parsed.success) return bad(z.prettifyError(parsed.error))
  const file = parsed.data
  if (BigInt(`0x${file.params}`) !== packParams(params)) {
    return { ok: false, reject: 'wrong-network', detail: `the anchor is of ${file.network}, not of ${params.name}` }
  }
  const { height, times, epochStartTime, maxTime } = file
  const header = decodeHeader(hexToBytes(file.header))
  const { bits } = header
  const hash = headerHash(header)
  if (times.length !== Math.min(MEDIAN_SPAN, height + 1)) return bad('wrong number of times')
  if (times.at(-1) !== header.time) return bad('the last time is not the header’s')
  // Where the epoch began within the window, its first time is there; otherwise the index is negative.
  const epochStart = times[times.length - 1 - (height % params.epochLength)]
  if (epochStart !== undefined && epochStartTime !== epochStart) return bad('epoch start time')
  if (maxTime < Math.max(...times, epochStartTime)) return bad('greatest time')
  const unusable = unusableTarget(bits)
  if (unusable !== undefined) return bad(`bits: ${unusable}`)
  const work = checkProofOfWork(params, bits, hash)
  if (work !== undefined) return bad(work)
  const { target } = decodeCompact(bits)
  return {
    ok: true,
    context: {
      height,
      hash,
      bits,
      target,
      work: blockWork(target),
      times,
      epochStartTime,
      epochStartBits: bits,
      lastRegularBits: bits,
      maxTime,
      chainwork: 0n,
      header,
    },
  }
}
