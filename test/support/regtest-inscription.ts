import { networks, payments, Transaction as Reference } from 'bitcoinjs-lib'
import type { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { type EnvelopeContent, encodeEnvelope, transactionId } from '../../src/bitcoin/index.ts'
import { getBlock } from '../../src/bitcoin/io/index.ts'

/** Anyone may spend it, with any one item before the script: the place where an envelope is looked for. */
const anyone = payments.p2wsh({ redeem: { output: Uint8Array.of(0x75, 0x51) }, network: networks.regtest })

/** To be mined to, from block 1 on, before `mineInscription` spends that block's coinbase. */
export const inscriptionAddress: string = anyone.address as string

/** Mines an envelope in a spend of block 1's coinbase, mature by then; its id and height. */
export async function mineInscription(
  node: RegtestBitcoind,
  content: EnvelopeContent,
): Promise<{ readonly id: string; readonly height: number }> {
  const first = await getBlock(node.client, (await node.client.getBlockHash(1))!)
  const coinbase = first!.transactions[0]!
  const tx = new Reference()
  tx.version = 2
  const input = tx.addInput(transactionId(coinbase), 0)
  tx.setWitness(input, [encodeEnvelope(content), anyone.redeem!.output!])
  tx.addOutput(anyone.output!, 49_9999_0000n)
  await node.generateBlock([tx.toHex()])
  return { id: `${tx.getId()}i0`, height: await node.client.getBlockCount() }
}
