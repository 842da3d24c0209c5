import { type BlockHash, type NetworkParams, networkHash } from '../../src/bitcoin/index.ts'
import { decodeField, encodeField, FIELD_BYTES } from '../../src/bus/index.ts'
import { hexToBytes } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { blobShape } from '../blob/shape.ts'
import type { BlobClaim } from '../records/judge.ts'
import { maskBase } from '../replica/mask-base.ts'
import { drawnOf } from '../sampling/draws.ts'
import { elementOf, halvesOf } from '../sampling/elements.ts'
import { SAMPLES } from './certificate.ts'

const SEED_TAG = 24
const SAMPLE_TAG = 25

/** What one provider's steps are about: all of it is public. */
export interface Drawing {
  readonly network: NetworkParams
  readonly blob: Pick<BlobClaim, 'id' | 'root' | 'length'>
  /** Of H. */
  readonly blockHash: BlockHash
  /** X-only, 32 bytes. */
  readonly key: Uint8Array
}

type Draws = Pick<StorageKernel, 'storageDraw'>

/** State of the step circuit before sample `sample`: base, root, units, seed, sample. */
export interface StepState {
  readonly base: bigint
  readonly root: bigint
  /** k + m: what fills the last chunk is never drawn. */
  readonly units: number
  readonly seed: bigint
  readonly sample: number
}

/** The state that the steps begin with. It is made here, by whoever verifies, and never taken from a file. */
export function startOf(kernel: Draws, { network, blob, blockHash, key }: Drawing): StepState {
  const [block, provider] = [halvesOf(blockHash), halvesOf(key)]
  const net = elementOf(networkHash(network))
  const id = elementAt(hexToBytes(blob.id))
  const { dataUnits, parityUnits } = blobShape(blob.length)
  return {
    base: elementAt(maskBase(kernel, networkHash(network), blob.id, key)),
    root: elementAt(hexToBytes(blob.root)),
    units: dataUnits + parityUnits,
    seed: hash(kernel, SEED_TAG, [net, block.high, block.low, id, provider.high, provider.low]),
    sample: 0,
  }
}

/** As the circuit has it: 160 bytes. */
export function stateBytes({ base, root, units, seed, sample }: StepState): Uint8Array {
  return encodeField([base, root, BigInt(units), seed, BigInt(sample)])
}

/** Number of the unit that the state's sample draws. */
export function drawnUnit(kernel: Draws, { seed, units, sample }: StepState): number {
  const beta = hash(kernel, SAMPLE_TAG, [seed, BigInt(sample)])
  return drawnOf(beta, units)
}

/** Of all samples in order, some more than once. */
export function drawnUnits(kernel: Draws, start: StepState): number[] {
  return Array.from({ length: SAMPLES }, (_, sample) => drawnUnit(kernel, { ...start, sample }))
}

function hash(kernel: Draws, tag: number, inputs: readonly bigint[]): bigint {
  return elementAt(kernel.storageDraw(tag, encodeField(inputs)).subarray(0, FIELD_BYTES))
}

function elementAt(bytes: Uint8Array): bigint {
  const [element] = decodeField(bytes) ?? []
  if (element === undefined) throw new RangeError('no canonical field element')
  return element
}
