import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bitcoind, getBitcoind } from './bitcoind.ts'
import { BitcoindProcess, freePort, PortTakenError } from './process.ts'
import { Watchdog } from './watchdog.ts'

export interface BitcoindOptions {
  /** Found by `getBitcoind` unless given. */
  bitcoind?: Bitcoind | undefined
  /** REST interface; on unless false. */
  rest?: boolean | undefined
  /** Wallet code; off unless true, which starts faster. */
  wallet?: boolean | undefined
  /** Accept P2P connections on `p2pPort`; off unless true. */
  listen?: boolean | undefined
  /** Further options of bitcoind. */
  args?: readonly string[] | undefined
  signal?: AbortSignal | undefined
}

/** Another process may take the free port that was found; so often in a row it does not. */
const PORT_TRIES = 5
/**
 * Without these, two thousand regtest blocks take minutes: by default the node checks its whole block index and
 * mempool after every block there, and syncs every commit of a wallet.
 */
const FAST = ['-unsafesqlitesync=1', '-checkblockindex=0', '-checkmempool=0']
const ALONE = ['-connect=0', '-dnsseed=0', '-fixedseeds=0', '-natpmp=0', '-listenonion=0', '-discover=0']

/** What a started bitcoind is made of. */
export interface Launch {
  readonly bitcoind: Bitcoind
  readonly dataDir: string
  readonly subdirectory: string
  readonly rpcPort: number
  readonly p2pPort: number | undefined
  readonly args: readonly string[]
  readonly watchdog: Watchdog
  readonly process: BitcoindProcess
}

/** Starts bitcoind on free ports in a new directory, for the network that `chain` selects. */
export async function launch(
  chain: readonly string[],
  subdirectory: string,
  options: BitcoindOptions,
): Promise<Launch> {
  const { signal } = options
  const bitcoind = options.bitcoind ?? (await getBitcoind({ signal }))
  const dataDir = await mkdtemp(join(tmpdir(), 'wsc-node-'))
  const watchdog = new Watchdog(dataDir)
  for (let attempt = 1; ; attempt++) {
    const rpcPort = await freePort()
    const p2pPort = options.listen === true ? await freePort() : undefined
    const args = [
      `-datadir=${dataDir}`,
      ...chain,
      ...FAST,
      ...ALONE,
      ...(bitcoind.knots ? ['-softwareexpiry=0'] : []),
      '-server=1',
      `-rest=${options.rest === false ? 0 : 1}`,
      `-rpcbind=127.0.0.1`,
      '-rpcallowip=127.0.0.1',
      `-rpcport=${rpcPort}`,
      ...(p2pPort === undefined ? ['-listen=0'] : ['-listen=1', `-bind=127.0.0.1:${p2pPort}`]),
      ...(options.wallet === true ? [] : ['-disablewallet=1']),
      ...(options.args ?? []),
    ]
    try {
      const process = await BitcoindProcess.start(bitcoind.path, args, (pid) => watchdog.guard(pid), signal)
      return { bitcoind, dataDir, subdirectory, rpcPort, p2pPort, args, watchdog, process }
    } catch (error) {
      watchdog.release()
      if (error instanceof PortTakenError && attempt < PORT_TRIES) continue
      await watchdog.finish()
      throw error
    }
  }
}
