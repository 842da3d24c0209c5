import { join, relative } from 'node:path'
import type { Place } from './message.ts'
import type { StoredFolder } from './storage.ts'
import { Beside, runWsc } from './wsc.ts'

/** Of a bus proof later than the one that the message was attested under. */
const proofOf = ({ folder }: Place) => join(folder, 'certified.proof')

/** Blocks after a registration until the key counts, and a block after that is final. */
const UNTIL_IT_COUNTS = 14

const shown = (path: string) => relative(process.cwd(), path)

/**
 * Registers a provider, which then keeps its chunks encoded under its key, and has it show in one file that it had the units
 * which a block draws.
 */
export async function certifyFolder(place: Place, { provider, blob }: StoredFolder): Promise<string> {
  const { screen, signal, data, folder, node } = place
  const proof = proofOf(place)
  const reach = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file]
  const wallet = ['--wallet', join(data, 'wallet.json')]
  const settlement = ['--settlement-dir', join(data, 'settlement')]
  const keeps = ['--storage-dir', provider]
  screen.command('wsc storage register --storage-dir … --network regtest --wallet $DATA/wallet.json --rpc …')
  await screen.stage(
    'registering',
    async (tell) => {
      const progress = (line: string) => line.startsWith('{') || tell(line)
      await runWsc(
        ['storage', 'register', ...keeps, ...reach, ...wallet, ...settlement, '--fee-rate', '1', '--json'],
        progress,
        signal,
      )
      await node.mine(UNTIL_IT_COUNTS)
    },
    () => 'the wallet’s key provides by the newcomer, and counts',
  )
  screen.command(
    'wsc storage serve --partition 0 --certify --storage-dir … --wallet $DATA/wallet.json --network regtest …',
  )
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--partition', '0', '--certify']
  const serving = new Beside(['storage', 'serve', ...listen, ...keeps, ...reach, ...wallet], signal)
  try {
    const peer = await screen.stage(
      'the newcomer encodes what it keeps',
      async () => {
        const { listening } = JSON.parse(await serving.line('"listening"')) as { listening: string[] }
        await serving.line('"to":"encoded"')
        return listening[0] as string
      },
      () => 'it keeps each unit encoded under its own key now',
    )
    await screen.stage(
      'the proof follows',
      (tell) => runWsc(['bus', 'prove', ...reach, '--data-dir', data, '--out', proof], tell, signal),
      () => 'a bus proof of the tip, under which it is to verify',
    )
    const out = join(folder, 'page.certificate')
    screen.command(
      `wsc storage certify ${blob.slice(0, 8)}… --proof ${shown(proof)} --out ${shown(out)} --peer … --network regtest --rpc …`,
    )
    const asked = ['--peer', peer, '--storage-dir', join(data, 'asker'), '--data-dir', data, ...settlement]
    const said = await screen.stage(
      'certifying',
      (tell) => runWsc(['storage', 'certify', blob, ...asked, ...reach, '--proof', proof, '--out', out], tell, signal),
      () => '84 units drawn by a block, opened, folded in 14 steps, compressed, signed',
    )
    screen.line(said.trim().replace(out, shown(out)))
    return out
  } finally {
    await serving.stop()
  }
}

/** From two files, in a fresh process: what the certificate shows, and what it does not. */
export async function verifyCertificate(place: Place, certificate: string): Promise<void> {
  const { screen, signal } = place
  const argv = ['storage', 'verify', certificate, '--proof', proofOf(place), '--network', 'regtest']
  screen.command(`wsc ${argv.map((one) => (one.startsWith('/') ? shown(one) : one)).join(' ')}`)
  const said = await runWsc(argv, () => {}, signal)
  for (const line of said.trimEnd().split('\n')) screen.line(line)
}
