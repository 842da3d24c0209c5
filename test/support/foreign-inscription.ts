import { address, networks, Transaction } from 'bitcoinjs-lib'
import { z } from 'zod'
import type { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import { regtest } from '../../src/bitcoin/index.ts'
import { Wallet } from '../../src/settlement/io/index.ts'
import { leafScript } from '../../src/settlement/io/inscriber/transactions.ts'
import { taprootOutput } from '../../src/settlement/io/wallet/taproot.ts'
import type { CoreWallet } from './core-wallet.ts'
import { textEnvelope } from './inscriber-place.ts'

/** What ord leaves on an inscription's output unless told otherwise; satoshis. */
const POSTAGE = 10_000n

const decodedSchema = z.object({
  decoded: z.object({
    vout: z.array(z.object({ value: z.number(), scriptPubKey: z.object({ hex: z.string() }) })),
  }),
})

/** Spends all that a wallet of the node has, so that an inscription on ord's postage at `to` is what is left of it. */
export async function inscribeTo(node: RegtestBitcoind, payer: CoreWallet, to: string): Promise<void> {
  const key = new Wallet(regtest, new Uint8Array(32).fill(77))
  const leaf = leafScript(key, textEnvelope(`for ${to}`))
  const { controlBlock, leafHash, script } = taprootOutput(key.publicKey, leaf)
  const commit = address.toBech32(script.subarray(2), 1, networks.regtest.bech32)
  const params = [[commit], null, 'unset', 2]
  const { txid } = await payer.call('sendall', params, z.object({ txid: z.string() }))
  await node.mine(1)
  const { decoded } = await payer.call('gettransaction', [txid, true, true], decodedSchema)
  const vout = decoded.vout.findIndex(({ scriptPubKey }) => scriptPubKey.hex === Buffer.from(script).toString('hex'))
  const value = BigInt(Math.round(decoded.vout[vout]!.value * 1e8))
  const reveal = new Transaction()
  reveal.version = 2
  reveal.addInput(Buffer.from(txid, 'hex').reverse(), vout)
  // Both wallets that it may be for have taproot addresses.
  reveal.addOutput(Uint8Array.of(0x51, 0x20, ...address.fromBech32(to).data), POSTAGE)
  const sighash = reveal.hashForWitnessV1(0, [script], [value], Transaction.SIGHASH_DEFAULT, leafHash!)
  reveal.setWitness(0, [key.signScriptPath(sighash), leaf, controlBlock!])
  await node.generateBlock([reveal.toHex()])
}
