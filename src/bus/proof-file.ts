import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, type Result, readUint32, uint32Bytes } from '../lib/index.ts'
import type { SetupKind } from '../proving/index.ts'
import { decodeField, encodeField } from './field.ts'

export type { SetupKind }

/**
 * Proof file, version 1, all integers little-endian:
 *
 *     8  magic "WSCPROOF"      1  version            1  rule set (1: the eight header rules without BIP54)
 *     1  setup (0 ceremony, 1 insecure-dev)          1  start (0 genesis, 1 anchor)
 *     4  start height         32  start hash (internal order)
 *    32  network parameters: element 0 of the state vector
 *     4  steps                 1  length of key id   n  key id (ASCII)
 *     4  length of SNARK       n  SNARK             32  SHA-256 of all before
 *
 * Nothing in it is trusted: the verifier builds the start vector itself and only compares. The checksum tells a
 * damaged file from a forged one, no more.
 */
const PROOF_VERSION = 1
const RULE_SET = 1

/** A SNARK has 7,904 bytes; anything far beyond is refused before it is read. */
const MAX_SNARK_BYTES = 16_384
const MAX_KEY_ID = 96
const MAGIC = new TextEncoder().encode('WSCPROOF')
const CHECKSUM = 32
const FIXED = 8 + 4 + 4 + 32 + 32 + 4 + 1
/** No proof file is longer; more is not read. */
export const MAX_PROOF_BYTES = FIXED + MAX_KEY_ID + 4 + MAX_SNARK_BYTES + CHECKSUM
const MIN_PROOF_BYTES = FIXED + 1 + 4 + 1 + CHECKSUM

/** What a proof file says it starts from. */
export interface ProofStart {
  readonly kind: 'genesis' | 'anchor'
  readonly height: number
  /** Internal byte order. */
  readonly hash: Uint8Array
}

/** What a proof file holds. All of it but the SNARK is the file’s own word. */
export interface ProofFile {
  readonly keyId: string
  readonly setup: SetupKind
  readonly params: bigint
  readonly start: ProofStart
  readonly steps: number
  readonly snark: Uint8Array
}

/** Why bytes are no proof file. */
export type ProofFileReject =
  | 'not-a-proof'
  | 'unsupported-version'
  | 'truncated'
  | 'oversized'
  | 'damaged'
  | 'malformed'

/** A well-formed proof file, of which nothing is verified yet, or why it is none. */
export type ProofFileResult = Result<{ readonly proof: ProofFile }, ProofFileReject>

const KEY_ID = /^[A-Za-z0-9:.-]+$/

export function encodeProofFile(proof: ProofFile): Uint8Array {
  const keyId = new TextEncoder().encode(proof.keyId)
  if (!KEY_ID.test(proof.keyId) || keyId.length > MAX_KEY_ID) throw new RangeError('key id cannot be encoded')
  if (proof.snark.length < 1 || proof.snark.length > MAX_SNARK_BYTES) throw new RangeError('snark has a wrong size')
  if (proof.start.hash.length !== 32) throw new RangeError('start hash must have 32 bytes')
  const body = concatBytes(
    MAGIC,
    Uint8Array.of(PROOF_VERSION, RULE_SET, proof.setup === 'ceremony' ? 0 : 1, proof.start.kind === 'genesis' ? 0 : 1),
    uint32Bytes(proof.start.height),
    proof.start.hash,
    encodeField([proof.params]),
    uint32Bytes(proof.steps),
    Uint8Array.of(keyId.length),
    keyId,
    uint32Bytes(proof.snark.length),
    proof.snark,
  )
  return concatBytes(body, sha256(body))
}

const reject = (code: ProofFileReject, detail: string): ProofFileResult => ({ ok: false, reject: code, detail })

/**
 * Reads a proof file, strictly; nothing in it is trusted yet.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { decodeProofFile } from 'wsc-bitcoin'
 *
 * // What a file says of itself; only verifying says whether any of it holds.
 * const decoded = decodeProofFile(await readFile('regtest.proof'))
 * console.log(decoded.ok ? decoded.proof.setup : decoded.reject) // insecure-dev
 */
export function decodeProofFile(bytes: Uint8Array): ProofFileResult {
  const prefix = Math.min(bytes.length, MAGIC.length)
  if (!equalBytes(bytes.subarray(0, prefix), MAGIC.subarray(0, prefix))) {
    return reject('not-a-proof', 'the file does not begin like a proof file')
  }
  if (bytes.length > MAX_PROOF_BYTES) {
    return reject('oversized', `${bytes.length} bytes; a proof file has at most ${MAX_PROOF_BYTES}`)
  }
  if (bytes.length < MIN_PROOF_BYTES) return reject('truncated', `${bytes.length} bytes are too few`)
  if (bytes[8] !== PROOF_VERSION || bytes[9] !== RULE_SET) {
    return reject('unsupported-version', `version ${bytes[8]}, rule set ${bytes[9]}`)
  }
  // Lengths first: they say whether bytes are missing or left over, which the checksum could not tell.
  const keyLength = bytes[FIXED - 1] as number
  const snarkAt = FIXED + keyLength + 4
  if (keyLength > MAX_KEY_ID || bytes.length < snarkAt + CHECKSUM) return damagedOr('truncated', bytes)
  const snarkLength = readUint32(bytes, FIXED + keyLength)
  const total = snarkAt + snarkLength + CHECKSUM
  if (snarkLength > MAX_SNARK_BYTES) return damagedOr('malformed', bytes)
  if (bytes.length < total) return reject('truncated', `${bytes.length} of ${total} bytes`)
  if (bytes.length > total) return reject('oversized', `${bytes.length - total} bytes after the end`)
  if (!checksumHolds(bytes)) return reject('damaged', 'the checksum does not match: the file was damaged')
  // A Buffer's own `slice` would be a view of the caller's memory.
  return decodeBody(Uint8Array.from(bytes), keyLength, snarkLength)
}

function decodeBody(bytes: Uint8Array, keyLength: number, snarkLength: number): ProofFileResult {
  const setup = bytes[10] as number
  const kind = bytes[11] as number
  const keyId = new TextDecoder().decode(bytes.subarray(FIXED, FIXED + keyLength))
  const params = decodeField(bytes.slice(48, 80))?.[0]
  const snarkAt = FIXED + keyLength + 4
  if (setup > 1) return reject('malformed', `setup kind ${setup}`)
  if (kind > 1) return reject('malformed', `start kind ${kind}`)
  if (!KEY_ID.test(keyId)) return reject('malformed', 'key id')
  if (params === undefined) return reject('malformed', 'network parameters are no field element')
  if (snarkLength === 0) return reject('malformed', 'no SNARK')
  const start: ProofStart = {
    kind: kind === 0 ? 'genesis' : 'anchor',
    height: readUint32(bytes, 12),
    hash: bytes.slice(16, 48),
  }
  if (start.kind === 'genesis' && start.height !== 0) return reject('malformed', 'a genesis start is at height 0')
  return {
    ok: true,
    proof: {
      keyId,
      setup: setup === 0 ? 'ceremony' : 'insecure-dev',
      params,
      start,
      steps: readUint32(bytes, 80),
      snark: bytes.slice(snarkAt, snarkAt + snarkLength),
    },
  }
}

function checksumHolds(bytes: Uint8Array): boolean {
  const end = bytes.length - CHECKSUM
  return equalBytes(sha256(bytes.subarray(0, end)), bytes.subarray(end))
}

/** A length field that cannot be: either the file was made so, or (checksum wrong) it was damaged there. */
function damagedOr(code: 'truncated' | 'malformed', bytes: Uint8Array): ProofFileResult {
  if (code === 'malformed' && !checksumHolds(bytes)) return reject('damaged', 'a length field was damaged')
  return reject(code, 'a length field does not fit the file')
}
