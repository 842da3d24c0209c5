import { blockHash, regtest } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import type { WitnessSource } from '../../src/proving/index.ts'
import { compileCircuit, ensureProofSetup, NativeProofEngine } from '../../src/proving/io/index.ts'
import type { Wallet } from '../../src/settlement/io/index.ts'
import { winCircuit } from '../../storage/io/index.ts'
import { readWinMessage, type WinMessage } from '../../storage/peers/win-kind.ts'
import { winDraft } from '../../storage/records/drafts.ts'
import { winInput } from '../../storage/sampling/win-input.ts'
import { winRules } from '../../storage/sampling/win-rules.ts'
import { StorageTable } from '../../storage/table/table.ts'
import { someBytes } from '../storage/bytes.ts'
import { attempt, type Tried, type WinScene, winScene } from '../storage/encoded-partition.ts'
import { hashOf } from '../storage/judged-wins.ts'
import { kernel } from '../storage/kernels.ts'
import { alice, bob, envelopeOf, paramsOf } from '../storage/record-scene.ts'

/** Found by trying: one of some 12,000 tries of Alice's wins in partitions of 1,024 positions. */
export const WINS = blockHash(someBytes(32, 11_125))
export const rules = winRules(paramsOf())
/** Of the block that is the challenge. */
export const CHALLENGE = 20
/** Of the block whose table counts for it. */
export const COUNTED = CHALLENGE - 6
export const PARTITION = 2

/** The hash of a block of the chain in which the challenge is the one that wins. */
export const wonHashOf = (height: number) => (height === CHALLENGE ? WINS : hashOf(height))

/** A win of Alice's with its proof, and what proved it. */
export interface ProvedWin {
  readonly scene: WinScene
  readonly won: Tried
  readonly proof: Uint8Array
  readonly publicValues: Uint8Array
  readonly keys: Awaited<ReturnType<typeof ensureProofSetup>>
  readonly engine: NativeProofEngine
  readonly witnesses: WitnessSource
}

export async function provedWin(): Promise<ProvedWin> {
  const scene = await winScene(alice.publicKey)
  const won = attempt(scene, WINS, 0, rules.threshold)
  const keys = await ensureProofSetup(await compileCircuit(winCircuit))
  const engine = await NativeProofEngine.load(keys)
  const witnesses = await winCircuit.openWitnesses(keys.circuit)
  const { proof, publicValues } = await engine.prove(
    await witnesses.witness(winInput(kernel, won.statement, won.units)),
  )
  return { scene, won, proof, publicValues, keys, engine, witnesses }
}

export const providerOf = (wallet: Wallet, peer: string | null = '11'.repeat(32)) =>
  ({ kind: 'provider', author: bytesToHex(wallet.publicKey), seq: 1, peer }) as const

export const claimOf = (id: string, chunks: number) =>
  ({ kind: 'blob', author: 'aa'.repeat(32), id, root: id, length: 1_000, chunks }) as const

/** The table of the scene, by its blobs alone; Alice and Bob provide from a block on. */
export function sceneTable({ leaves }: WinScene, registered = 1): StorageTable {
  const table = new StorageTable(kernel, rules.params)
  const blobs = leaves.map(({ id, count }) => claimOf(id, count))
  const providers = [providerOf(alice), providerOf(bob)]
  if (registered === 1) table.apply(1, [...providers, ...blobs])
  else {
    table.apply(1, blobs)
    table.apply(registered, providers)
  }
  return table
}

export interface SignedWin {
  readonly wallet?: Wallet
  readonly height?: number
  readonly partition?: number
  readonly number?: number
  readonly contentType?: string
}

/** A signed record with this proof, as it goes from peer to peer. */
export function signedWin(proof: Uint8Array, sketch: SignedWin = {}): WinMessage {
  const { wallet = alice, height = CHALLENGE, partition = PARTITION, number = 0, contentType } = sketch
  const draft = {
    ...winDraft({ try: number, proof, partition }, { height, blockHash: wonHashOf(height) }),
    ...(contentType !== undefined && { contentType }),
  }
  const read = readWinMessage(regtest, envelopeOf(draft, wallet))
  if (!read.ok) throw new Error(`${read.reject}: ${read.detail}`)
  return read.value
}
