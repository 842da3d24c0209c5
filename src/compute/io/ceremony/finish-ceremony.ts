import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NetworkParams } from '../../../bitcoin/index.ts'
import type { BitcoindClient } from '../../../bitcoin/io/index.ts'
import { equalBytes, errorCode, hexToBytes, type Result, rejection } from '../../../lib/index.ts'
import { diskFiles, readRegular, writeAtomic } from '../../../lib/io/index.ts'
import type { Contribution, SetupKind } from '../../../proving/index.ts'
import {
  applyBeacon,
  BEACON_ROUNDS,
  checkKey,
  contributionsOf,
  ensureGroth16Key,
  noteSetup,
} from '../../../proving/io/index.ts'
import {
  CEREMONY_FILE,
  CEREMONY_KEY,
  encodeCeremonyFile,
  MAX_CEREMONY_FILE_BYTES,
  readCeremonyFile,
  SETUP_FOLDER,
} from '../../ceremony/ceremony-file.ts'
import { type CeremonyReject, judgeCeremony, lastContribution, setupOf } from '../../ceremony/judge-ceremony.ts'
import { computeError } from '../../errors.ts'
import type { CompiledOnce } from '../open-program.ts'
import { type ChainFacts, type ChainFactsReject, chainFacts, type InscribedAt } from './chain-facts.ts'

/** Why a ceremony cannot be finished, or was not held as its key says. */
export type HeldReject =
  | CeremonyReject
  | ChainFactsReject
  | 'not-a-key'
  | 'key-invalid'
  | 'bad-ceremony-file'
  | 'wrong-network'

/** What a finished ceremony was found to be. */
export interface HeldCeremony {
  /** In their order, without the beacon. */
  readonly people: readonly Contribution[]
  readonly chain: ChainFacts
  readonly setup: SetupKind
}

export interface CeremonyOptions {
  readonly params: NetworkParams
  readonly client: BitcoindClient
  /** Powers of tau, all of which are read; the development powers where left out. */
  readonly ptau?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Applies the beacon to a key, judges it, and puts it into the folder of the graph, whose key it is from now on. */
export async function finishCeremony(
  graph: CompiledOnce,
  zkey: string,
  inscription: InscribedAt,
  options: CeremonyOptions,
): Promise<Result<{ readonly held: HeldCeremony }, HeldReject>> {
  const { params, client, signal } = options
  const read = await contributionsOf(zkey)
  if (!read.ok) return read
  const fixed = lastContribution(read.contributions)
  if (!fixed.ok) return fixed
  const chain = await chainFacts(client, params, inscription, signal)
  if (!chain.ok) return chain
  if (!equalBytes(chain.inscribed, fixed.last.hash)) {
    return rejection('wrong-inscription', 'what was inscribed is not the hash of the last contribution')
  }
  const target = join(graph.folder, SETUP_FOLDER, CEREMONY_KEY)
  const made = `${target}.${process.pid}.tmp`
  await mkdir(dirname(target), { recursive: true })
  try {
    await applyBeacon({ from: zkey, to: made }, hexToBytes(chain.beaconBlock), signal)
    const held = await judgeKey(graph, made, chain, options)
    if (!held.ok) return held
    const file = { format: 1, network: params.name, inscription: inscription.id, height: chain.height } as const
    await writeAtomic(diskFiles, join(graph.folder, SETUP_FOLDER, CEREMONY_FILE), encodeCeremonyFile(file))
    await rename(made, target)
    return held
  } finally {
    await rm(made, { force: true })
  }
}

/** Judges the ceremony whose key lies in the folder of a graph, and notes on this machine what was found. */
export async function verifyCeremony(
  graph: CompiledOnce,
  options: CeremonyOptions,
): Promise<Result<{ readonly held: HeldCeremony }, HeldReject>> {
  const { params, client, signal } = options
  const path = join(graph.folder, SETUP_FOLDER, CEREMONY_FILE)
  const bytes = await readRegular(path, MAX_CEREMONY_FILE_BYTES).catch((cause) => {
    const why = errorCode(cause) === 'ENOENT' ? 'there is no such file' : (cause as Error).message
    throw computeError('E_INPUT', `${path} cannot be read: ${why}`, { cause })
  })
  const read = readCeremonyFile(bytes)
  if (!read.ok) return read
  const { network, inscription: id, height } = read.file
  if (network !== params.name) return rejection('wrong-network', `the beacon is of ${network}, not of ${params.name}`)
  const chain = await chainFacts(client, params, { id, height }, signal)
  return chain.ok ? await judgeKey(graph, join(graph.folder, SETUP_FOLDER, CEREMONY_KEY), chain, options) : chain
}

async function judgeKey(
  { circuit }: CompiledOnce,
  zkey: string,
  chain: ChainFacts,
  { params, ptau, signal }: CeremonyOptions,
): Promise<Result<{ readonly held: HeldCeremony }, HeldReject>> {
  const setup = { ...(ptau !== undefined && { ptau }), ...(signal !== undefined && { signal }) }
  const read = await contributionsOf(zkey)
  if (!read.ok) return read
  // What is judged is a copy that nobody changes meanwhile.
  const keys = await ensureGroth16Key(circuit, zkey, setup).catch((error: unknown) => {
    if (errorCode(error) === 'E_SETUP') return null
    throw error
  })
  if (keys === null) return rejection('key-invalid', 'it has no verifying key')
  const checked = await checkKey(keys, setup)
  if (!checked.ok) return checked
  const { contributions } = checked
  const judged = judgeCeremony(contributions, chain, BEACON_ROUNDS)
  if (!judged.ok) return judged
  const kind = setupOf(checked.powers, params)
  await noteSetup(keys, kind)
  return { ok: true, held: { people: judged.people, chain, setup: kind } }
}
