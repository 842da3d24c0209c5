import { Transaction as Reference } from 'bitcoinjs-lib'
import {
  type Block,
  commitmentOf,
  compactSize,
  decodeWholeTransaction,
  encodeEnvelope,
  encodeHeader,
  strippedBytes,
  type Transaction,
  transactionId,
  witnessTransactionId,
} from '../../src/bitcoin/index.ts'
import { merkleTree } from '../../src/bitcoin/merkle.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { block } from './blocks.ts'

export function decoded(bytes: Uint8Array): Transaction {
  const result = decodeWholeTransaction(bytes)
  if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
  return result.tx
}

export const stripped = (bytes: Uint8Array) => strippedBytes(decoded(bytes))

/** A spend of nothing in particular; with `scripts`, one input each whose witness reveals that script. */
export function spend(number: number, scripts: readonly Uint8Array[] = [], extra = 0): Uint8Array {
  const tx = new Reference()
  tx.version = 2
  for (let i = 0; i < Math.max(1, scripts.length); i++) {
    const input = tx.addInput(new Uint8Array(32).fill(number + 1), i)
    const script = scripts[i]
    if (script !== undefined) tx.setWitness(input, [new Uint8Array(64).fill(7), script, new Uint8Array(33).fill(0xc0)])
  }
  tx.addOutput(new Uint8Array(22).fill(number), BigInt(1000 + number))
  tx.addOutput(new Uint8Array(22 + extra).fill(9), 546n)
  return new Uint8Array(tx.toBuffer())
}

/** A script with one envelope for each body. */
export function envelopeScript(...bodies: readonly string[]): Uint8Array {
  const text = (value: string) => new TextEncoder().encode(value)
  return concatBytes(
    Uint8Array.of(0x20, ...new Uint8Array(32).fill(5), 0xac),
    ...bodies.map((body) => encodeEnvelope({ contentType: text('text/plain'), body: text(body) })),
  )
}

export interface SyntheticOptions {
  /** The coinbase's witness; 32 zero bytes unless given, none for null. */
  readonly reserved?: Uint8Array | null
  /** Scripts of coinbase outputs around the commitment. */
  readonly before?: readonly Uint8Array[]
  readonly after?: readonly Uint8Array[]
  readonly commit?: boolean
  readonly prevHash?: Uint8Array
}

export const commitmentScript = (commitment: Uint8Array) =>
  concatBytes(Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed), commitment)

/** A block of these transactions whose coinbase commits to them; it meets no target. */
export function syntheticBlock(others: readonly Uint8Array[], options: SyntheticOptions = {}): Block {
  const { reserved = new Uint8Array(32), before = [], after = [], commit = true } = options
  const wtxids = others.map((bytes) => witnessTransactionId(decoded(bytes)))
  const { root } = merkleTree([new Uint8Array(32), ...wtxids])
  const coinbase = new Reference()
  const scriptSig = Uint8Array.of(3, 1, 2, 3)
  const input = coinbase.addInput(new Uint8Array(32), 0xffff_ffff, 0xffff_ffff, scriptSig)
  if (reserved !== null) coinbase.setWitness(input, [reserved])
  coinbase.addOutput(new Uint8Array(22).fill(0x51), 625_000_000n)
  for (const script of before) coinbase.addOutput(script, 0n)
  if (commit) coinbase.addOutput(commitmentScript(commitmentOf(root, reserved ?? new Uint8Array(32))), 0n)
  for (const script of after) coinbase.addOutput(script, 0n)
  const all = [new Uint8Array(coinbase.toBuffer()), ...others]
  const header = encodeHeader({
    version: 4,
    prevHash: (options.prevHash ?? new Uint8Array(32)) as never,
    merkleRoot: merkleTree(all.map((bytes) => transactionId(decoded(bytes)))).root,
    time: 1_700_000_000,
    bits: 0x207fffff,
    nonce: 0,
  })
  return block(concatBytes(header, compactSize(all.length), ...all))
}
