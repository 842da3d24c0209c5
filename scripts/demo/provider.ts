import { join } from 'node:path'
import type { Place } from './message.ts'
import type { StoredFolder } from './storage.ts'
import { Beside, runWsc } from './wsc.ts'

/** Blocks after a registration until the key counts, and a block after that is final. */
const UNTIL_IT_COUNTS = 14

/** A provider that samples and certifies. */
export interface OpenProvider {
  readonly beside: Beside
  /** Multiaddr. */
  readonly address: string
  /** Takes its place, by the same folder and at the same address, once it has ended. */
  again(...peers: readonly string[]): Promise<void>
}

/** Registers who keeps a folder, and has it encode what it keeps under its key. */
export async function openProvider(place: Place, { provider: folder }: StoredFolder): Promise<OpenProvider> {
  const { screen, signal, data, node } = place
  const reach = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file]
  const own = ['--storage-dir', folder, '--wallet', join(data, 'wallet.json'), ...reach]
  screen.command('wsc storage register --storage-dir … --network regtest --wallet $DATA/wallet.json --rpc …')
  await screen.stage(
    'registering',
    async (tell) => {
      const progress = (line: string) => line.startsWith('{') || tell(line)
      const settlement = ['--settlement-dir', join(data, 'settlement'), '--fee-rate', '1', '--json']
      await runWsc(['storage', 'register', ...own, ...settlement], progress, signal)
      await node.mine(UNTIL_IT_COUNTS)
    },
    () => 'the wallet’s key provides by the newcomer, and counts',
  )
  const serve = (address: string, peers: readonly string[]) => {
    const flags = ['--partition', '0', '--sample', '--certify', '--listen', address]
    return new Beside(['storage', 'serve', ...flags, ...own, ...peers.flatMap((peer) => ['--peer', peer])], signal)
  }
  screen.command('wsc storage serve --partition 0 --sample --certify --storage-dir … --wallet $DATA/wallet.json …')
  let beside = serve('/ip4/127.0.0.1/tcp/0', [])
  const address = await screen.stage(
    'the newcomer encodes what it keeps',
    async (tell) => {
      beside.tell = tell
      const { listening } = JSON.parse(await beside.line('"listening"')) as { listening: [string] }
      await beside.line('"to":"encoded"')
      return listening[0]
    },
    () => 'it keeps each unit encoded under its own key now',
  )
  return {
    get beside() {
      return beside
    },
    address,
    async again(...peers) {
      const [at] = address.split('/p2p/') as [string]
      beside = serve(at, peers)
      await beside.line('"listening"')
    },
  }
}
