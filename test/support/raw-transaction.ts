import { compactSize } from '../../src/bitcoin/compact-size.ts'
import { concatBytes, uint32Bytes } from '../../src/lib/index.ts'

/** What a made-up transaction says; nothing of it needs to be valid. */
export interface RawTransaction {
  /** Scripts of its inputs. */
  readonly inputs: readonly Uint8Array[]
  readonly outputs: readonly { readonly value: bigint; readonly script: Uint8Array }[]
}

/** Without a witness, as a txid is the hash of it. */
export function rawTransaction({ inputs, outputs }: RawTransaction): Uint8Array {
  const value = (satoshis: bigint) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, satoshis, true)
    return bytes
  }
  return concatBytes(
    ...[uint32Bytes(2), compactSize(inputs.length)],
    ...inputs.flatMap((script, i) => [
      ...[new Uint8Array(32).fill(0x40 + (i % 100)), uint32Bytes(i), compactSize(script.length), script],
      uint32Bytes(0xffff_fffd),
    ]),
    compactSize(outputs.length),
    ...outputs.flatMap(({ value: satoshis, script }) => [value(satoshis), compactSize(script.length), script]),
    uint32Bytes(0),
  )
}
