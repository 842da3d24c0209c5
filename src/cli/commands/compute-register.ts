import { storageParams } from '../../../storage/index.ts'
import { proverRecord, publicationOf } from '../../compute/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import { loadPeerKey } from '../../p2p/index.ts'
import { IndexService } from '../../settlement/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { computeDirOption, computePlaces } from '../compute-place.ts'
import { addOptions, bitcoindOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { readNetwork } from '../inputs.ts'
import { openBitcoind, type RpcOptions } from '../source.ts'
import { type PublishOptions, publishRecord, withPayment } from '../storage-publish.ts'
import { noteScan } from '../storage-scan.ts'
import { openOwnWallet, settlementDir, settlementDirOption } from '../wallet-place.ts'

interface Options extends RpcOptions, Omit<PublishOptions, 'storageDir' | 'partitionBits' | 'peer'> {
  readonly computeDir?: string
  readonly withdraw?: boolean
}

const HELP = `
The key counts from 144 blocks after the record's on (6 on regtest and custom networks), for a year of blocks; register again
to renew it. While a record that says the same is on its way, it is sent again and not paid for twice. A node that is not
registered proves too, after all others had their turn.
`

export const addComputeRegister: AddCommand = (parent, run) => {
  const command = withPayment(parent.command('register'))
    .option('--withdraw', 'inscribe that no peer proves for the wallet’s key any longer')
    .option('--dry-run', 'tell the cost and send nothing')
    .description('inscribe that the peer of --compute-dir proves, so that it has its place in the order of provers')
  addOptions(command, ...bitcoindOptions(), shared.network(), computeDirOption(), settlementDirOption(), shared.json())
    .addHelpText('after', HELP + examples('compute register --network regtest', 'compute register --dry-run'))
    .action(run(register))
}

async function register(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const params = await readNetwork(options.network)
  const wallet = await openOwnWallet(options, params, context)
  const client = await openBitcoind(options, params, context)
  const state = settlementDir(options.settlementDir, params, context)
  const inscriptions = new IndexService({ client, params, state, once: true })
  try {
    noteScan(inscriptions, { client }, context)
    await inscriptions.start(signal)
    await inscriptions.caughtUp()
    terminal.settle()
    const { identity } = computePlaces(options.computeDir, params, context)
    const peer = options.withdraw === true ? null : await loadPeerKey(identity)
    const author = bytesToHex(wallet.publicKey)
    terminal.note(peer === null ? `${author} proves no longer` : `peer ${peer.name} proves for ${author}`)
    terminal.note(`this counts ${storageParams(params).providerDelay} blocks after the one that will hold the record`)
    const { index } = inscriptions
    const record = publicationOf(proverRecord(peer?.key ?? null))
    await publishRecord(context, options, { client, wallet, index }, record)
  } finally {
    await inscriptions.stop()
    client.close()
  }
  return EXIT.valid
}
