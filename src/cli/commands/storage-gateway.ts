import { InvalidArgumentError, Option } from 'commander'
import { chainNumber } from '../../../storage/index.ts'
import { hostLabel } from '../../../storage/io/index.ts'
import { aborted, hexToBytes } from '../../lib/index.ts'
import { openStorageGateway, type StorageGateway } from '../../node/index.ts'
import { parseAddresses } from '../../p2p/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { withCure } from '../cure.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { address, requireReadable } from '../inputs.ts'
import { gatewayUrl, more } from '../option-parsers.ts'
import { noteOutages } from '../outage.ts'
import { openBitcoind } from '../source.ts'
import { readStorageNetwork } from '../storage-network.ts'
import { peerOption, type StorageOptions, storagePlaces, withStorage } from '../storage-place.ts'
import { partProgress } from '../storage-put-text.ts'
import { noteScan } from '../storage-scan.ts'
import { notePeers } from '../storage-work.ts'
import { jsonLine } from '../text.ts'

interface Options extends StorageOptions {
  readonly listen: { readonly host: string; readonly port: number }
  readonly host?: string
  readonly add?: readonly string[]
  readonly from?: readonly string[]
  readonly node: boolean
}

const HELP = `
Everything is verified before it is sent. Pages of a blob may be active only at the host of its own that it has below
--host; by path everything is sandboxed. Paths, hosts and formats: docs/reading.md.

What no source gives is made from the rest of its blob, where two thirds of that are to be had; its units lie in
--storage-dir meanwhile. A node says what names and inscriptions mean, and with --peer what providers may be asked for.

Exit codes: 130 once it is interrupted; 1 where what is to be added is refused; 2 where it cannot begin or go on.
`

export const addStorageGateway: AddCommand = (parent, run) => {
  withStorage(parent.command('gateway'))
    .description(
      'serve what is stored over HTTP, to browsers and to clients that verify it: by id, name or inscription',
    )
    .addOption(
      new Option('--listen <HOST:PORT>', 'where; whoever reaches it may read')
        .default({ host: '127.0.0.1', port: 8534 }, '127.0.0.1:8534')
        .env('WSC_LISTEN')
        .argParser(address),
    )
    .option('--host <NAME[:PORT]>', 'what browsers call it (default: localhost and the port)', hostName)
    .option('--add <PATH>', 'put this file or folder among what is served first; may be given again', more)
    .option('--from <URL>', 'another gateway to read from, not trusted; may be given again', gatewayUrl)
    .addOption(peerOption())
    .option('--no-node', 'ask no node: blobs are had by their ids alone')
    .addHelpText(
      'after',
      HELP +
        examples(
          'storage gateway --network regtest --add page --no-node',
          'storage gateway --network regtest --peer /ip4/127.0.0.1/tcp/8533',
          'storage gateway --network signet --from http://gateway.example:8534',
        ),
    )
    .action(run(serveGateway))
}

async function serveGateway(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal } = context
  const storage = await readStorageNetwork(options)
  const { network } = storage
  const chain = chainNumber(network)
  if (chain === null) throw usageError(`${network.name} has no number that a URI could name it by`)
  if (options.peer !== undefined && !options.node) throw usageError('--peer takes a node: what counts it tells alone')
  for (const path of options.add ?? []) await requireReadable(path)
  parseAddresses(options.peer ?? [])
  const client = options.node ? await openBitcoind(options, network, context) : null
  try {
    const { gateway: folder } = storagePlaces(options.storageDir, network, context)
    const gateway = await openStorageGateway({
      ...options.listen,
      params: storage,
      chain,
      state: folder,
      upstream: options.from,
      ownHost: options.host,
      client: client ?? undefined,
      peers: options.peer,
      onFault: ({ source, reject, detail }) => terminal.note(`${source}: ${reject}: ${detail}`),
    })
    if (client !== null && gateway.inscriptions !== null) noteScan(gateway.inscriptions, { client }, context)
    if (gateway.host !== null) notePeers(gateway.host, context)
    try {
      return await run(gateway, chain, options, context)
    } finally {
      await gateway.service.stop()
    }
  } finally {
    client?.close()
  }
}

async function run(gateway: StorageGateway, chain: number, options: Options, context: CliContext): Promise<ExitCode> {
  const { terminal, signal } = context
  const found: { readonly path: string; readonly id: string }[] = []
  for (const path of options.add ?? []) {
    const added = await gateway.add(path, { signal, onProgress: partProgress(context, 'encoding') })
    terminal.settle()
    if (!added.ok) {
      terminal.note(`${path}: ${added.reject}: ${added.detail}`)
      return EXIT.invalid
    }
    found.push({ path, id: added.id })
  }
  if (gateway.inscriptions !== null) noteOutages(gateway.inscriptions.events, terminal.note)
  gateway.server.events.on('failed', (error) => terminal.note(`a request failed: ${withCure(error)}`))
  await gateway.service.start(signal)
  const host = gateway.ownHost()
  const url = `http://${host}`
  // Only now is the port known.
  for (const { path, id } of found) {
    const target = `${id}:${chain}/`
    const uri = `web3://${target}`
    const urls = [`http://${hostLabel(hexToBytes(id))}.${host}/`, `${url}/web3/${target}`]
    if (options.json) terminal.result(jsonLine({ added: path, uri, urls }))
    else for (const line of [`${path}  ${uri}`, ...urls.map((one) => `  ${one}`)]) terminal.result(line)
  }
  terminal.result(options.json ? jsonLine({ listening: url }) : `listening at ${url}`)
  const { table } = gateway
  const read = () => {
    const height = table?.tip?.height ?? null
    terminal.result(options.json ? jsonLine({ read: { height } }) : `the chain is read up to height ${height}`)
  }
  // Why it is not read is what the table ends with.
  table?.caughtUp().then(read, () => undefined)
  await Promise.race([aborted(signal), table?.ended() ?? aborted(signal)])
  return EXIT.interrupted
}

function hostName(text: string): string {
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/.test(text)) throw new InvalidArgumentError('no host name')
  return text
}
