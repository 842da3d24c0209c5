import { syncedOnce } from '../../bus/io/index.ts'
import { openSyncingFromPeers } from '../../node/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { requireWritable } from '../outputs.ts'
import { type PeerFlags, peerFlags, peerPlace, showHost } from '../peer-place.ts'
import { type JudgeOptions, openJudge } from '../proved-chain.ts'
import { seconds, tellSynced } from '../synced.ts'
import { jsonLine } from '../text.ts'

interface Options extends JudgeOptions, PeerFlags {
  readonly out: string
  readonly timeout: number
  readonly stay?: boolean
  readonly json?: boolean
}

/** After the first proof that holds, of a peer that was named, so long better ones are waited for. */
const GRACE_MS = 3000

export const addBusSync: AddCommand = (parent, run) => {
  const sync = parent
    .command('sync')
    .description('sync with the chain from peers: each is asked, each answer verified, the most work wins')
    .addOption(peerFlags.peer())
    .requiredOption('--out <FILE>', 'the proof file to bring up to date (required)')
    .option('--timeout <SECONDS>', 'for the first proof that holds', seconds, 30)
    .option('--stay', 'go on: take each newer proof that is gossiped, and give it to others')
  addOptions(sync, peerFlags.p2p(), peerFlags.announce(), peerFlags.identity(), ...judgeOptions(), shared.json())
    .addHelpText(
      'after',
      examples(
        'bus sync --peer /ip4/127.0.0.1/tcp/8533 --network regtest --out chain.proof',
        'bus sync --peer /ip4/127.0.0.1/tcp/8533 --network regtest --out chain.proof --stay --p2p /ip4/127.0.0.1/tcp/8534',
      ),
    )
    .action(run(syncTo))
}

async function syncTo(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal, signal, env } = context
  const { out: file, timeout, stay, peer = [], json } = options
  if (peer.length === 0 && options.p2p === undefined) throw usageError('no peer is known: name one by --peer MULTIADDR')
  await requireWritable(file, env, options)
  const { params, verifyOptions } = await openJudge(options, context)
  const syncing = await openSyncingFromPeers({ params, file, verifyOptions }, peerPlace(options, params, env))
  const { host, sync } = syncing
  showHost(host, context, json)
  let refused: { readonly reject: string; readonly detail: string } | null = null
  sync.events.on('refused', ({ reject }) =>
    terminal.note(`${file} will be replaced: it holds no valid proof of this chain (${reject})`),
  )
  sync.events.on('untaken', ({ peer: from, heard }) => {
    if (!UNJUDGED.has(heard.reject)) refused = heard
    terminal.note(`not taken from ${from}: ${heard.reject}: ${heard.detail}`)
  })
  if (stay) sync.events.on('synced', ({ chain }) => tellSynced(context, options, chain, true))
  try {
    if (stay) {
      await syncing.start(signal)
      await syncing.ended()
      return EXIT.interrupted
    }
    let isNewer = false
    sync.events.on('synced', () => {
      isNewer = true
    })
    const synced = syncedOnce(sync, { wanted: host.wanted, timeoutMs: timeout * 1000, graceMs: GRACE_MS, signal })
    synced.catch(() => undefined)
    await syncing.start(signal)
    const held = await synced
    if (held === null) {
      const { reject: reason, detail } = refused ?? { reject: 'no-proof', detail: 'no peer gave a proof' }
      if (json) terminal.result(jsonLine({ valid: false, reason, detail }))
      terminal.note('no peer gave a proof that is taken')
      return refused === null ? EXIT.unjudged : EXIT.invalid
    }
    tellSynced(context, options, held.chain, isNewer)
    return EXIT.valid
  } finally {
    await syncing.stop()
  }
}

/** Why a peer gave nothing: of a proof that says nothing. */
const UNJUDGED: ReadonlySet<string> = new Set([
  'unreachable',
  'silent',
  'malformed',
  'oversized',
  'refused',
  'none',
  'busy',
  'banned',
])
