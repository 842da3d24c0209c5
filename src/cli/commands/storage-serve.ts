import type { RekeepingProgress } from '../../../storage/io/index.ts'
import { bytesToHex } from '../../lib/index.ts'
import type { StorageNode } from '../../node/index.ts'
import type { Wallet } from '../../settlement/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { insecureAllowed, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { readNetwork } from '../inputs.ts'
import { requireSetup } from '../prover.ts'
import { addresses, budget, byteCount, partitions } from '../storage-arguments.ts'
import { peerOption, type StorageOptions, withStorage } from '../storage-place.ts'
import { noteStanding, type SamplingFlags, samplingOf, showSampling } from '../storage-sampling.ts'
import { withStorageNode } from '../storage-work.ts'
import { duration } from '../terminal.ts'
import { jsonLine, plural } from '../text.ts'
import { openOwnWallet, walletOption } from '../wallet-place.ts'

interface Options extends StorageOptions, SamplingFlags {
  readonly partition: readonly number[]
  readonly listen: string
  readonly announce?: readonly string[]
  readonly maxDisk?: number
  readonly maxUpload?: number
  readonly certify?: boolean
}

const HELP = `
What proves certificates and wins is made once, which takes minutes; a certificate takes all cores for some seconds, a win for
one or two. On networks whose proofs must rest on the ceremony its powers of tau are named by --ptau. With --sample the key of
--wallet must be the one that is registered for this peer. Nobody is paid for wins.
`

export const addStorageServe: AddCommand = (parent, run) => {
  withStorage(parent.command('serve'))
    .description('keep whole partitions of the table and serve them to peers: fetch, verify, heal')
    .addOption(peerOption())
    .requiredOption('--partition <P>', 'which: 0 or 0,2 or 0-3 (required)', partitions)
    .option('--listen <ADDRESS>', 'where peers reach it', '/ip4/0.0.0.0/tcp/8533')
    .option('--announce <ADDRESS>', 'where it tells peers that they reach it; may be given again', addresses)
    .option('--max-disk <BYTES>', 'room that chunks may take: 500MB, 70GB', byteCount)
    .option('--max-upload <BYTES>', 'a second, to all peers together', byteCount)
    .option('--raw', 'keep chunks raw (default: encoded under the provider’s key, once it is registered)')
    .option('--certify', 'give certificates of what is kept encoded, signed by the wallet, to peers that ask')
    .option('--sample', 'win at each block by what is kept encoded, and listen to the wins of all (docs/storage.md)')
    .option('--inscribe-wins <SATS>', 'with --sample: inscribe wins too, for at most so much in all', budget)
    .addOption(walletOption())
    .addOption(shared.ptau())
    .addOption(shared.insecureDevSetup())
    .addHelpText(
      'after',
      HELP + examples('storage serve --partition 0 --network regtest --listen /ip4/127.0.0.1/tcp/8533'),
    )
    .action(run(serve))
}

async function serve(context: CliContext, options: Options): Promise<ExitCode> {
  const { partition, listen, announce, maxDisk: maxBytes, maxUpload: uploadBytesPerSecond, raw, ptau } = options
  const signer = options.certify === true ? await openSigner(context, options) : undefined
  const sampling = await samplingOf(context, options)
  return await withStorageNode(
    context,
    options,
    ({ places: { provider: folder, identity: identityFile } }) => ({
      folder,
      identityFile,
      listen: [listen],
      announce,
      replica: { partitions: partition, maxBytes, uploadBytesPerSecond, raw, signer, ptau, sampling },
    }),
    async ({ node: { host, service } }) => {
      const line = `listening at ${host.addresses.join(' ')}`
      context.terminal.result(options.json ? jsonLine({ listening: host.addresses }) : line)
      await service.ended()
      return EXIT.interrupted
    },
    (node) => {
      show(node, options, context)
      const provider = sampling?.wallet ?? signer
      if (provider !== undefined) noteStanding(node, bytesToHex(provider.publicKey), context)
      if (sampling !== undefined) showSampling(node, context, options.json === true)
    },
  )
}

/** Whose parts of certificates are proved under powers that its network accepts. */
async function openSigner(context: CliContext, options: Options): Promise<Wallet> {
  const network = await readNetwork(options.network)
  requireSetup(network, options.ptau, insecureAllowed(options.insecureDevSetup, context.env))
  return await openOwnWallet(options, network, context)
}

/** `encoding: 120 chunks to go, 6.1 MB/s, 12 min left`; or back to raw ones. */
function rekeptText({ to, left, bytesPerSecond, secondsLeft }: RekeepingProgress): string {
  const pace =
    bytesPerSecond === null || secondsLeft === null
      ? ''
      : `, ${(bytesPerSecond / 1e6).toFixed(1)} MB/s, ${duration(secondsLeft)} left`
  return `${to === 'encoded' ? 'encoding' : 'decoding'}: ${plural(left, 'chunk')} to go${pace}`
}

/** All that a provider tells, on the terminal. */
function show(
  { host, index, table, replica, certificates }: StorageNode,
  { json }: Options,
  { terminal }: CliContext,
): void {
  const tell = (event: object, line: string) => terminal.result(json ? jsonLine(event) : line)
  host.events.on('banned', ({ peer }) => terminal.note(`peer ${peer} is not spoken with for a time`))
  const wait = ({ error }: { readonly error: unknown }) => terminal.note(`blocks wait for room: ${withCure(error)}`)
  index.events.on('full', wait)
  table.events.on('full', wait)
  table.events.on('tip', ({ height, root }) => tell({ height, root }, `height ${height}  table ${root}`))
  replica?.events.on('blob', (blob) => {
    tell({ blob }, `blob ${blob.id}  ${blob.state}  ${blob.held} of ${plural(blob.chunks, 'chunk')}`)
  })
  replica?.events.on('dropped', ({ id }) => tell({ dropped: id }, `blob ${id}  left the chain, and was deleted`))
  replica?.events.on('scrubbed', (scrubbed) => {
    tell({ scrubbed }, `scrub ${scrubbed.level}  ${plural(scrubbed.chunks, 'chunk')}, ${scrubbed.broken} broken`)
  })
  replica?.events.on('rekept', (rekept) => {
    terminal.progress(rekeptText(rekept))
    if (rekept.left === 0) tell({ rekept: { to: rekept.to } }, `all chunks of whole blobs are kept ${rekept.to}`)
  })
  replica?.events.on('full', ({ id, error }) => {
    terminal.note(`no room for blob ${id}: ${error === null ? 'the quota is used up' : withCure(error)}`)
  })
  certificates?.events.on('ready', () => tell({ certifies: true }, 'certificates are given to peers'))
  certificates?.events.on('failed', (error) => terminal.note(`no certificates are given: ${withCure(error)}`))
  replica?.events.on('failed', (error) => terminal.note(withCure(error)))
}
