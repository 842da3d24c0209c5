import type { Command } from 'commander'
import { bytesToHex } from '../../lib/index.ts'
import {
  createWallet,
  type InscriberNote,
  parseSecretKey,
  readPrivate,
  walletBalance,
} from '../../settlement/io/index.ts'
import type { AddCommand, Runner } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT } from '../exit.ts'
import { readNetwork } from '../inputs.ts'
import { noteText } from '../inscriber-text.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { jsonLine } from '../text.ts'
import { newPassphrase, openOwnWallet, type WalletOptions, walletFile, walletOption } from '../wallet-place.ts'

interface Options extends WalletOptions, RpcOptions {
  readonly json?: boolean
}

export const addWallet: AddCommand = (parent, run) => {
  const wallet = parent.command('wallet').description('the key that pays for inscriptions and signs records')
  for (const add of [addCreate, addImport, addAddress, addBalance]) add(wallet, run)
}

const LOCKED = `
The key lies in a file of mode 0600, encrypted if WSC_WALLET_PASSPHRASE_FILE (or WSC_WALLET_PASSPHRASE) is set; an
empty passphrase is refused. The key is never shown. Keep a copy of the file: nothing else can spend its coins.
`

function addCreate(parent: Command, run: Runner): void {
  parent
    .command('create')
    .description('make a new key; a wallet that is there is never written over')
    .addOption(shared.network())
    .addOption(walletOption())
    .addOption(shared.json())
    .addHelpText('after', LOCKED + examples('wallet create --network regtest'))
    .action(
      run(async (context, options: Options) => {
        const params = await readNetwork(options.network)
        const file = walletFile(options, params, context)
        const made = await createWallet(file, { params, passphrase: await newPassphrase(context) })
        const author = bytesToHex(made.publicKey)
        const { address } = made
        if (options.json) context.terminal.result(jsonLine({ file, address, author }))
        else for (const line of [madeLine(file, address), `author ${author}`]) context.terminal.result(line)
        return EXIT.valid
      }),
    )
}

function addImport(parent: Command, run: Runner): void {
  parent
    .command('import')
    .description('make a wallet of a key that is there: 64 hex digits, WIF, or the descriptor tr(KEY)')
    .requiredOption('--key-file <FILE>', 'holds the key; of mode 0600 (required)')
    .addOption(shared.network())
    .addOption(walletOption())
    .addOption(shared.json())
    .addHelpText('after', LOCKED + examples('wallet import --network signet --key-file key.txt'))
    .action(
      run(async (context, options: Options & { readonly keyFile: string }) => {
        const params = await readNetwork(options.network)
        const file = walletFile(options, params, context)
        const key = parseSecretKey(await readPrivate(options.keyFile), params)
        const made = await createWallet(file, { params, passphrase: await newPassphrase(context) }, key)
        const { address } = made
        context.terminal.result(options.json ? jsonLine({ file, address }) : madeLine(file, address))
        return EXIT.valid
      }),
    )
}

function addAddress(parent: Command, run: Runner): void {
  parent
    .command('address')
    .description('where to send coins to, and the key that signs records, which names are told apart by')
    .addOption(shared.network())
    .addOption(walletOption())
    .addOption(shared.json())
    .addHelpText('after', examples('wallet address --network regtest'))
    .action(
      run(async (context, options: Options) => {
        const params = await readNetwork(options.network)
        const { address, publicKey } = await openOwnWallet(options, params, context)
        const author = bytesToHex(publicKey)
        if (options.json) context.terminal.result(jsonLine({ address, author }))
        else {
          // The address is alone on stdout, so that a shell can hand it on.
          context.terminal.result(address)
          context.terminal.note(`author ${author}`)
        }
        return EXIT.valid
      }),
    )
}

function addBalance(parent: Command, run: Runner): void {
  parent
    .command('balance')
    .description('confirmed coins of the address, by a scan of the node’s unspent outputs; in satoshis')
    .addOption(shared.rpc())
    .addOption(shared.rpcCookie())
    .addOption(shared.network())
    .addOption(walletOption())
    .addOption(shared.json())
    .addHelpText('after', examples('wallet balance --network regtest'))
    .action(
      run(async (context, options: Options) => {
        const params = await readNetwork(options.network)
        const wallet = await openOwnWallet(options, params, context)
        const client = await openBitcoind(options, params, context)
        try {
          const { signal, terminal } = context
          const onNote = (note: InscriberNote) => terminal.note(noteText(note))
          const balance = Object.entries(await walletBalance(client, wallet, { signal, onNote }))
          if (options.json) {
            terminal.result(jsonLine(Object.fromEntries(balance.map(([name, value]) => [name, Number(value)]))))
          } else for (const [name, value] of balance) terminal.result(`${name.padEnd(15)}${value}`)
          return EXIT.valid
        } finally {
          client.close()
        }
      }),
    )
}

const madeLine = (file: string, address: string) => `${file}: send coins to ${address}`
