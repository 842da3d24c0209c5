import { bn254 } from '@noble/curves/bn254.js'
import { bytesToNumberLE, numberToBytesBE } from '@noble/curves/utils.js'
import { blake2b } from '@noble/hashes/blake2.js'
import { concatBytes, type Result, readUint32, rejection } from '../../lib/index.ts'

/** Somebody's part in the key of a circuit, or a beacon's. */
export interface Contribution {
  /** BLAKE2b-512 over what it added, the transcript of all before it and of the circuit included: 64 bytes. */
  readonly hash: Uint8Array
  readonly name: string
  /** Null of a contribution whose secret somebody has drawn. */
  readonly beacon: { readonly bytes: Uint8Array; readonly rounds: number } | null
}

const CONTRIBUTION_HASH_BYTES = 64
/** Section 10 of a key: hash of the circuit, number of contributions, each with its points, its transcript and what is said of it. */
const CIRCUIT_HASH_BYTES = 64
const G1_BYTES = 64
const G2_BYTES = 128
const POINTS_BYTES = 3 * G1_BYTES + G2_BYTES
const FIXED_BYTES = POINTS_BYTES + CONTRIBUTION_HASH_BYTES + 8
const MAX_CONTRIBUTIONS = 1_000
const MAX_SAID_BYTES = 3 + 255 + 255 + 2
export const MAX_CONTRIBUTIONS_BYTES: number =
  CIRCUIT_HASH_BYTES + 4 + MAX_CONTRIBUTIONS * (FIXED_BYTES + MAX_SAID_BYTES)

/** Reads the contributions to a key out of its section 10, as snarkjs 0.7 writes it. Whether one of them holds is not judged. */
export function readContributions(
  section: Uint8Array,
): Result<{ readonly contributions: readonly Contribution[] }, 'not-a-key'> {
  const cut = rejection('not-a-key' as const, 'its contributions are cut short, or of another form')
  if (section.length < CIRCUIT_HASH_BYTES + 4) return cut
  const count = readUint32(section, CIRCUIT_HASH_BYTES)
  if (count > MAX_CONTRIBUTIONS) return rejection('not-a-key', `it has more than ${MAX_CONTRIBUTIONS} contributions`)
  const contributions: Contribution[] = []
  let at = CIRCUIT_HASH_BYTES + 4
  for (let i = 0; i < count; i++) {
    if (section.length < at + FIXED_BYTES) return cut
    const points = section.subarray(at, at + POINTS_BYTES)
    const transcript = section.subarray(at + POINTS_BYTES, at + POINTS_BYTES + CONTRIBUTION_HASH_BYTES)
    const type = readUint32(section, at + FIXED_BYTES - 8)
    const length = readUint32(section, at + FIXED_BYTES - 4)
    at += FIXED_BYTES
    const said =
      length > MAX_SAID_BYTES || section.length < at + length ? null : readSaid(section.subarray(at, at + length))
    if (said === null) return cut
    at += length
    const beacon = type === 1 ? said.beacon : null
    if (type > 1 || (type === 1 && beacon === null)) return cut
    contributions.push({ hash: hashOf(points, transcript), name: said.name, beacon })
  }
  return at === section.length ? { ok: true, contributions } : cut
}

/** Tags 1 name, 2 rounds, 3 beacon, in this order, each once; null for another form. */
function readSaid(bytes: Uint8Array): Pick<Contribution, 'name' | 'beacon'> | null {
  let at = 0
  let name = ''
  const text = (tag: number) => {
    if (bytes[at] !== tag) return undefined
    const length = bytes[at + 1]
    if (length === undefined || bytes.length < at + 2 + length) return null
    at += 2 + length
    return bytes.slice(at - length, at)
  }
  const named = text(1)
  if (named === null) return null
  if (named !== undefined) name = new TextDecoder().decode(named)
  if (at === bytes.length) return { name, beacon: null }
  const rounds = bytes[at] === 2 ? bytes[at + 1] : undefined
  if (rounds === undefined) return null
  at += 2
  const beacon = text(3)
  return beacon == null || at !== bytes.length ? null : { name, beacon: { bytes: beacon, rounds } }
}

/** Coordinates are in Montgomery form, little-endian; hashed as they are, big-endian. */
function hashOf(points: Uint8Array, transcript: Uint8Array): Uint8Array {
  const elements: Uint8Array[] = []
  for (let at = 0; at < POINTS_BYTES; at += 32) elements.push(canonical(points.subarray(at, at + 32)))
  // A coordinate of G2 has its imaginary part first where it is big-endian.
  for (let i = (3 * G1_BYTES) / 32; i < elements.length; i += 2) {
    ;[elements[i], elements[i + 1]] = [elements[i + 1] as Uint8Array, elements[i] as Uint8Array]
  }
  return blake2b(concatBytes(...elements, transcript), { dkLen: CONTRIBUTION_HASH_BYTES })
}

const { Fp } = bn254.fields
const UNMONTGOMERY = Fp.inv(Fp.create(1n << 256n))

function canonical(montgomery: Uint8Array): Uint8Array {
  return numberToBytesBE(Fp.mul(Fp.create(bytesToNumberLE(montgomery)), UNMONTGOMERY), 32)
}
