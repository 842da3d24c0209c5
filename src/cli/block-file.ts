import { gunzipSync } from 'node:zlib'
import {
  type Block,
  type BlockReject,
  checkBlockBody,
  type DecodeReject,
  decodeBlock,
  MAX_BLOCK_BYTES,
} from '../bitcoin/index.ts'
import { hexToBytes } from '../lib/index.ts'
import { readUpTo } from './inputs.ts'

export type BlockFileResult =
  | { readonly ok: true; readonly block: Block }
  | {
      readonly ok: false
      readonly reject: DecodeReject | BlockReject | 'bad-gzip' | 'bad-hex' | 'no-witnesses'
      readonly detail: string
    }

/**
 * The day after mainnet's block 481,824, the first under BIP141's rules; a file says no height that could be trusted
 * without its chain, and all other networks are younger. Blocks before it may commit to witnesses they do not have.
 */
const SEGWIT_ACTIVE_TIME = Date.UTC(2017, 7, 25) / 1000

/** In hexadecimal, with a line break; gzip can make what does not shrink a little longer. */
const MAX_FILE_BYTES = 2 * MAX_BLOCK_BYTES + 4096

/**
 * A bare serialized block, gzipped or not, in bytes or in hexadecimal as `getblock HASH 0` gives it, whose transactions are those its header commits to. What work its header has
 * is not looked at.
 */
export async function readBlockFile(file: string): Promise<BlockFileResult> {
  const bytes = await readUpTo(file, MAX_FILE_BYTES)
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? inflate(bytes) : bytes
  if (!(raw instanceof Uint8Array)) return raw
  const text = withoutEnds(raw)
  const whole = isHex(text) ? fromHex(text) : raw
  if (!(whole instanceof Uint8Array)) return whole
  const decoded = decodeBlock(whole)
  if (!decoded.ok) return decoded
  const body = checkBlockBody(decoded.block)
  if (!body.ok) return body
  if (body.stripped && decoded.block.header.time >= SEGWIT_ACTIVE_TIME) {
    return { ok: false, reject: 'no-witnesses', detail: 'they were taken away' }
  }
  return decoded
}

function inflate(bytes: Uint8Array): Uint8Array | (BlockFileResult & { readonly ok: false }) {
  try {
    // A block's first byte is its version's lowest: a raw block may begin so too, but then it is no gzip either.
    return gunzipSync(bytes, { maxOutputLength: MAX_FILE_BYTES })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      return { ok: false, reject: 'oversize', detail: `it unpacks to more than ${MAX_FILE_BYTES} bytes` }
    }
    return { ok: false, reject: 'bad-gzip', detail: message }
  }
}

const SPACES: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20])
const QUOTE = 0x22

/** Without spaces and quotes at either end. Each byte is looked at once: an expression would begin anew at each of them. */
function withoutEnds(bytes: Uint8Array): Uint8Array {
  const isEnd = (byte: number) => byte === QUOTE || SPACES.has(byte)
  const first = bytes.findIndex((byte) => !isEnd(byte))
  const last = bytes.findLastIndex((byte) => !isEnd(byte))
  return bytes.subarray(Math.max(first, 0), last + 1)
}

/** Hexadecimal, be it in lines, and with an odd number of digits; no block is, whose Merkle root is anything. */
function isHex(bytes: Uint8Array): boolean {
  const isDigit = (byte: number) => (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
  return bytes.length >= 2 && bytes.every((byte) => isDigit(byte) || SPACES.has(byte))
}

function fromHex(bytes: Uint8Array): Uint8Array | (BlockFileResult & { readonly ok: false }) {
  const digits = new TextDecoder().decode(bytes).replaceAll(/[\r\n]/g, '')
  if (digits.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(digits)) return hexToBytes(digits)
  return { ok: false, reject: 'bad-hex', detail: `${digits.length} characters of hexadecimal are no whole bytes` }
}
