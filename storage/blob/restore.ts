import { type Result, rejection } from '../../src/lib/index.ts'
import type { StorageKernel } from '../../src/proving/index.ts'
import { codeByColumns } from './columns.ts'
import { completeBlob, type EncodedBlob, type EncodeOptions } from './encode.ts'
import type { BlobContent } from './id.ts'
import { blobShape, UNIT_BYTES } from './shape.ts'
import type { BlobStore } from './store.ts'

/** Why a blob cannot be restored. */
export type RestoreReject = 'too-few-units' | 'another-blob'

/**
 * Makes a blob whole again from any units that are as many as its data units. They lie in the store at their places; the
 * rest is written there, and all of it is compared with the blob's root.
 *
 * @param has whether a unit of data or parity is in the store; where more are there than needed the first ones are taken
 */
export async function restoreBlob(
  kernel: StorageKernel,
  store: BlobStore,
  blob: BlobContent,
  has: (unit: number) => boolean,
  options: EncodeOptions = {},
): Promise<Result<{ readonly blob: EncodedBlob }, RestoreReject>> {
  const { dataUnits, parityUnits, units } = blobShape(blob.length)
  const numbers: number[] = []
  for (let unit = 0; unit < dataUnits + parityUnits && numbers.length < dataUnits; unit++)
    if (has(unit)) numbers.push(unit)
  if (numbers.length < dataUnits) {
    return rejection('too-few-units', `${numbers.length} units are here, ${dataUnits} restore it`)
  }
  if ((numbers.at(-1) as number) >= dataUnits) {
    const made = codeByColumns({
      store,
      numbers,
      makes: dataUnits,
      scratch: units * UNIT_BYTES,
      code: (width, column) => kernel.restoreColumn(dataUnits, width, Uint32Array.from(numbers), column),
      columnBytes: options.columnBytes,
      signal: options.signal,
    })
    for await (const { first, bytes } of made) await store.write(first * UNIT_BYTES, bytes)
  }
  return await completeBlob(kernel, store, blob, options)
}
