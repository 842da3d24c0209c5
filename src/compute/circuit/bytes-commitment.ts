import { decodeField, encodeField, FIELD_BYTES } from '../../bus/index.ts'
import { concatBytes } from '../../lib/index.ts'
import type { StorageKernel } from '../../proving/index.ts'
import type { CircuitProgram } from '../manifest/circuit-program.ts'

/**
 * What the output that a program's `input` names must be: the commitment to the bytes that are attested, or, where they are a salted
 * commitment, that itself; null where they are no element of the field.
 */
export function attestedCommitment(
  kernel: Pick<StorageKernel, 'treeNodes'>,
  { salt }: Pick<NonNullable<CircuitProgram['input']>, 'salt'>,
  bytes: Uint8Array,
): bigint | null {
  return salt === undefined ? bytesCommitment(kernel, bytes) : (decodeField(bytes)?.[0] ?? null)
}

const TAG = 65
/** Bytes of an element, elements of a link beside the link before. */
const [BYTES, ELEMENTS] = [31, 15]

/**
 * Commitment to bytes that a program reads, as `circuits/compute/bytes-commitment.circom` makes it: their number, 8, then 31 bytes an
 * element, the first one lowest, zeros up to a multiple of 15; a chain of P(65; link before, 15 elements) from 0 on.
 */
export function bytesCommitment(kernel: Pick<StorageKernel, 'treeNodes'>, bytes: Uint8Array): bigint {
  const count = Math.ceil((2 + Math.ceil(bytes.length / BYTES)) / ELEMENTS) * ELEMENTS
  const elements = new Uint8Array(FIELD_BYTES * count)
  elements.set(encodeField([BigInt(bytes.length), 8n]))
  for (let at = 0; at < bytes.length; at += BYTES) {
    elements.set(bytes.subarray(at, at + BYTES), FIELD_BYTES * (2 + at / BYTES))
  }
  let link: Uint8Array = new Uint8Array(FIELD_BYTES)
  for (let at = 0; at < elements.length; at += FIELD_BYTES * ELEMENTS) {
    link = kernel.treeNodes(TAG, concatBytes(link, elements.subarray(at, at + FIELD_BYTES * ELEMENTS)))
  }
  return (decodeField(link) as [bigint])[0]
}
