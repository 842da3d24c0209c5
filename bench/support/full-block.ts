import {
  type Block,
  commitmentOf,
  compactSize,
  decodeBlock,
  decodeWholeTransaction,
  encodeEnvelope,
  type Transaction,
  transactionId,
  witnessTransactionId,
} from '../../src/bitcoin/index.ts'
import { merkleTree } from '../../src/bitcoin/merkle.ts'

const bytes = (...parts: readonly (number | Uint8Array)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])))

function decoded(raw: Uint8Array): Transaction {
  const result = decodeWholeTransaction(raw)
  if (!result.ok) throw new Error(result.detail)
  return result.tx
}

/** The usual sizes: a legacy spend of one input to two outputs has 225 or 226 bytes. */
function spend(number: number): Uint8Array {
  const output = bytes(1, 0, 0, 0, 0, 0, 0, 0, 25, new Uint8Array(25).fill(number & 255))
  const input = bytes(new Uint8Array(32).fill(1), number & 255, number >> 8, 0, 0, 106, new Uint8Array(106).fill(2))
  return bytes(2, 0, 0, 0, 1, input, 255, 255, 255, 255, 2, output, output, 0, 0, 0, 0)
}

/** A reveal of a 256-byte body. */
function reveal(): Uint8Array {
  const text = new TextEncoder().encode('application/octet-stream')
  const script = bytes(
    0x20,
    new Uint8Array(32).fill(5),
    0xac,
    encodeEnvelope({ contentType: text, body: new Uint8Array(256) }),
  )
  const witness = bytes(
    3,
    64,
    new Uint8Array(64).fill(6),
    compactSize(script.length),
    script,
    33,
    new Uint8Array(33).fill(0xc0),
  )
  const input = bytes(new Uint8Array(32).fill(3), 0, 0, 0, 0, 0, 255, 255, 255, 255)
  const output = bytes(34, 2, 0, 0, 0, 0, 0, 0, 34, new Uint8Array(34).fill(4))
  return bytes(2, 0, 0, 0, 0, 1, 1, input, 1, output, witness, 0, 0, 0, 0)
}

export interface FullBlock {
  readonly transactions: readonly Uint8Array[]
  readonly merkleRoot: Uint8Array
  /** With the header that a chain gives it. */
  under(header: Uint8Array): Block
}

/** So many transactions, a reveal the last of them, under a stripped coinbase of `coinbaseBytes`. */
export function fullBlock(count: number, coinbaseBytes: number): FullBlock {
  const others = [...Array.from({ length: count - 2 }, (_, i) => spend(i)), reveal()]
  const wtxids = others.map((raw) => witnessTransactionId(decoded(raw)))
  const { root } = merkleTree([new Uint8Array(32), ...wtxids])
  const commitment = bytes(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed, commitmentOf(root, new Uint8Array(32)))
  const coinbase = (padding: number) => {
    const scriptSig = bytes(3, 1, 2, 3, new Uint8Array(60))
    const pay = bytes(0, 0, 0, 1, 0, 0, 0, 0, compactSize(padding), new Uint8Array(padding))
    const commit = bytes(0, 0, 0, 0, 0, 0, 0, 0, 38, commitment)
    const input = bytes(new Uint8Array(32), 255, 255, 255, 255, scriptSig.length, scriptSig, 255, 255, 255, 255)
    const witness = bytes(1, 32, new Uint8Array(32))
    return bytes(2, 0, 0, 0, 0, 1, 1, input, 2, pay, commit, witness, 0, 0, 0, 0)
  }
  // Marker, flag and witness are 36 bytes.
  const padding = coinbaseBytes - (coinbase(0).length - 36)
  const transactions = [coinbase(padding), ...others]
  const { root: merkleRoot } = merkleTree(transactions.map((raw) => transactionId(decoded(raw))))
  return {
    transactions,
    merkleRoot,
    under(header) {
      const result = decodeBlock(bytes(header, compactSize(transactions.length), ...transactions))
      if (!result.ok) throw new Error(result.detail)
      return result.block
    },
  }
}
