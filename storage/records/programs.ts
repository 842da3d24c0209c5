import { schnorr } from '@noble/curves/secp256k1.js'
import { concatBytes, uint32Bytes } from '../../src/lib/index.ts'

const encoder = new TextEncoder()
const tagged = (tag: string, text: string) => schnorr.utils.taggedHash(tag, encoder.encode(text))

/** `program` of providers' records: one for all, so that `seq` rises over those of one author. */
export function providerProgram(): Uint8Array {
  return tagged('wsc/kind', 'provider')
}

/** `program` of the records of one name. */
export function nameProgram(name: string): Uint8Array {
  return tagged('wsc/name', name)
}

/** `program` of the record of a win in a partition at a block, whose hash is in internal order. */
export function winProgram(partition: number, blockHash: Uint8Array): Uint8Array {
  return schnorr.utils.taggedHash('wsc/win', concatBytes(uint32Bytes(partition), blockHash))
}
