import { copyFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import type { Screen } from './screen.ts'
import { DemoError, runWsc } from './wsc.ts'

/** What the messages of the demonstration are made with. */
export interface Place {
  readonly screen: Screen
  readonly node: RegtestBitcoind
  readonly signal: AbortSignal
  /** State of the provers and the wallet; gone afterwards. */
  readonly data: string
  /** What stays. */
  readonly folder: string
  /** The current proof's file. */
  readonly proof: string
}

/** Coins of a coinbase can be spent a hundred blocks later (Core: COINBASE_MATURITY). */
export const MATURITY = 100

const network = ['--network', 'regtest']
const walletOf = ({ data }: Place) => ['--wallet', join(data, 'wallet.json')]
const nodeOf = ({ node }: Place) => ['--rpc', node.url, '--rpc-cookie', node.auth.file]

/** Makes a wallet and gives it coins that can be spent. */
export async function fundWallet(place: Place): Promise<void> {
  const { screen, node, signal } = place
  screen.command('wsc wallet create --network regtest --wallet $DATA/wallet.json')
  const made = await runWsc(['wallet', 'create', ...network, ...walletOf(place), '--json'], () => {}, signal)
  const { address } = JSON.parse(made) as { address: string }
  await node.mine(1, address)
  await node.mine(MATURITY)
}

/** What `wsc bus verify --json` says of the proof that is inscribed. */
export interface Summary {
  readonly height: number
  readonly tip: string
  readonly keyId: string
  readonly accumulator: string
}

/** One inscription as `wsc inscribe --json` tells of it. */
export interface Inscribed {
  readonly id: string
  readonly confirmations: number
}

/** Inscribes the proof's summary, signed, with its full bytes. */
export async function inscribeProof(place: Place, summary: Summary): Promise<Inscribed> {
  const { screen, signal, proof } = place
  const metadata = {
    kind: 'proof',
    program: summary.keyId,
    height: summary.height,
    blockHash: summary.tip,
    output: summary.accumulator,
    seq: 1,
  }
  screen.command(
    `wsc inscribe --network regtest --wallet $DATA/wallet.json --rpc … --body ${shown(proof)} --metadata '{"kind":"proof","height":${summary.height},…}'`,
  )
  const argv = ['--body', proof, '--metadata', JSON.stringify(metadata), '--fee-rate', '1', '--json']
  const settlement = ['--settlement-dir', join(place.data, 'settlement')]
  const said = await screen.stage(
    'inscribing',
    (tell) =>
      runWsc(['inscribe', ...network, ...walletOf(place), ...settlement, ...nodeOf(place), ...argv], tell, signal),
    () => 'the commit pays, the reveal carries the proof',
  )
  const { inscriptions, fees } = JSON.parse(said) as { inscriptions: Inscribed[]; fees: number }
  const [inscribed] = inscriptions
  if (inscribed === undefined) throw new DemoError(`wsc inscribe named no inscription:\n${said}`)
  screen.line(`inscription ${inscribed.id}, ${fees} satoshis of fees at 1 sat/vB`)
  if (inscribed.confirmations > 0) {
    screen.line('mined directly: this node’s policy relays no envelopes')
    return inscribed
  }
  screen.line('sent to the node’s mempool, and a block mined')
  await place.node.mine(1)
  return { ...inscribed, confirmations: 1 }
}

/** Attests the inscription under the current proof, with the node's help; a small file from then on. */
export async function attest(place: Place, { id, confirmations }: Inscribed): Promise<string> {
  const { screen, signal, proof, data, folder } = place
  const out = join(folder, 'inscription.attestation')
  screen.command(`wsc attest inscription ${id} --proof ${shown(proof)} --out ${shown(out)} --network regtest --rpc …`)
  const height = (await place.node.client.getBestBlock()).height - confirmations + 1
  const argv = ['--proof', proof, '--out', out, '--height', String(height), '--data-dir', data]
  const said = await screen.stage(
    'attesting',
    (tell) => runWsc(['attest', 'inscription', id, ...network, ...nodeOf(place), ...argv], tell, signal),
    () => 'the node is not needed any more',
  )
  for (const line of said.trimEnd().split('\n')) screen.line(line)
  return out
}

/**
 * From two files and the author's public key, in a fresh process: the record is signed by that author, and what was
 * inscribed comes back and is itself a proof that verifies.
 */
export async function check(place: Place, attestation: string): Promise<void> {
  const { screen, signal, proof, folder } = place
  const current = join(folder, 'attested.proof')
  await copyFile(proof, current)
  const body = join(folder, 'inscribed.proof')
  const said = await runWsc(['wallet', 'address', ...network, ...walletOf(place), '--json'], () => {}, signal)
  const { author } = JSON.parse(said) as { author: string }
  for (const argv of [
    ['check', attestation, '--proof', current, ...network, '--author', author, '--body', body],
    ['bus', 'verify', body, ...network],
  ]) {
    screen.command(`wsc ${argv.map(shown).join(' ')}`)
    const said = await runWsc(argv, () => {}, signal)
    for (const line of said.trimEnd().split('\n')) screen.line(line)
  }
}

const shown = (path: string) => (path.startsWith('/') ? relative(process.cwd(), path) : path)
