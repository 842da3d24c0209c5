import { schnorr } from '@noble/curves/secp256k1.js'
import { Transaction } from 'bitcoinjs-lib'
import { z } from 'zod'
import { blockHash, type NetworkParams, networkHash, toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex, hash256, hexToBytes, uint32 } from '../../../lib/index.ts'
import { createPrivateFile } from '../../../lib/io/index.ts'
import { settlementError } from '../../errors.ts'
import { type Coin, POSTAGE } from '../inscriber/transactions.ts'
import { Wallet } from '../wallet/wallet.ts'
import { isSecretKey, readPrivate } from '../wallet/wallet-file.ts'

/**
 * A coin of a group, for one graph: who inscribes for the group spends it with the commit, which makes it anew, so that of two who
 * do so at once Bitcoin takes one.
 */
export interface Ticket {
  /** Of the graph, 64 hex digits. */
  readonly program: string
  /** Its key, which every operator of the group has; its coin is at the address. */
  readonly wallet: Wallet
  /** The coin that it began as, and the transaction that made it. */
  readonly genesis: Coin
  readonly transaction: string
  /** Height of the tip when it was made. */
  readonly since: number
}

/** What a ticket is worth, satoshis: it goes from coin to coin. */
const TICKET_VALUE = POSTAGE

/** A signed transaction in hex is some hundred bytes; one that spends many coins some kilobytes. */
const MAX_TRANSACTION = 3_000

const schema = z.strictObject({
  format: z.literal(1),
  networkHash: hash256,
  program: hash256,
  key: hash256,
  since: uint32,
  /** Its first output is the ticket. */
  transaction: z
    .string()
    .max(MAX_TRANSACTION)
    .regex(/^([0-9a-f]{2})+$/),
})

/**
 * Makes a ticket in a new file of mode 0600, on the disk before its transaction is sent, which `sendTicket` does.
 *
 * @param pay a signed transaction whose first output is this
 *
 * Throws E_TICKET where there is such a file, which is never written over.
 */
export async function createTicket(
  file: string,
  { params, program, since }: { readonly params: NetworkParams; readonly program: string; readonly since: number },
  pay: (output: { readonly script: Uint8Array; readonly value: bigint }) => Promise<Transaction>,
): Promise<Ticket> {
  const key = schnorr.utils.randomSecretKey()
  const made = await pay({ script: new Wallet(params, key).script, value: TICKET_VALUE })
  const about = { networkHash: bytesToHex(networkHash(params)), program, since, transaction: made.toHex() }
  const content = { format: 1, ...about, key: bytesToHex(key) }
  if (content.transaction.length > MAX_TRANSACTION) {
    throw settlementError('E_TICKET', 'it would be paid by too many small coins: send the wallet a greater one')
  }
  try {
    await createPrivateFile(file, `${JSON.stringify(content, null, 2)}\n`)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw settlementError('E_TICKET', `cannot create the ticket ${file}: ${message}`, { cause })
    const found = `cannot create the ticket ${file}: it exists, and a ticket is never written over`
    throw settlementError('E_TICKET', found, { cause, cure: { act: 'send-ticket' } })
  }
  return await openTicket(file, params)
}

/** Throws E_TICKET where it is none of this network; E_WALLET_FILE or E_WALLET_MODE where it cannot be read, or others may read it. */
export async function openTicket(file: string, params: NetworkParams): Promise<Ticket> {
  const read = schema.safeParse(parseJson(await readPrivate(file)))
  if (!read.success) throw settlementError('E_TICKET', `${file} is no ticket, or is damaged`)
  const { program, key, since, transaction, networkHash: network } = read.data
  if (network !== bytesToHex(networkHash(params))) {
    throw settlementError('E_TICKET', `the ticket ${file} is of another network than ${params.name}`)
  }
  const secret = hexToBytes(key)
  const wallet = isSecretKey(secret) ? new Wallet(params, secret) : null
  const made = parseTransaction(transaction)
  const [output] = made?.outs ?? []
  if (
    wallet === null ||
    made === null ||
    output === undefined ||
    bytesToHex(output.script) !== bytesToHex(wallet.script)
  ) {
    throw settlementError('E_TICKET', `${file} holds no usable ticket`)
  }
  return { program, wallet, since, transaction, genesis: { txid: made.getHash(), vout: 0, value: output.value } }
}

/** `TXID:VOUT`, as explorers show it. */
export function coinName({ txid, vout }: Coin): string {
  return `${toDisplay(blockHash(txid))}:${vout}`
}

function parseTransaction(hex: string): Transaction | null {
  try {
    return Transaction.fromHex(hex)
  } catch {
    return null
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
