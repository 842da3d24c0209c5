import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type NetworkParams, packParams, toDisplay } from '../bitcoin/index.ts'
import {
  anchorState,
  type ChainState,
  encodeField,
  needsNoCeremony,
  type Poseidon,
  type ProvedChain,
  packState,
  poseidonOf,
  startState,
  type VerifyOptions,
  verifyProof,
} from '../bus/index.ts'
import { BusProver, CheckpointStore, readStatus, type StatusFile, writeStatus } from '../bus/io/index.ts'
import { diskFiles, writeAtomic } from '../lib/io/index.ts'
import type { SnarkVerifier } from '../proving/index.ts'
import { BusWitnessSource, NativeEngine, NativeVerifier } from '../proving/io/index.ts'
import { insecureAllowed } from './config.ts'
import type { CliContext } from './context.ts'
import { UsageError } from './exit.ts'
import { stays } from './held-proof.ts'
import { type HistoryKeeper, openHistoryKeeper } from './history-keeper.ts'
import { readAnchor, readNetwork, requireProvable } from './inputs.ts'
import { openKeys } from './keys.ts'
import { dataDir } from './places.ts'
import { duration } from './terminal.ts'

/**
 * A reorg right after catching up then folds its own blocks anew, not all since the last checkpoint. Saving costs some
 * 10 ms of CPU and 8 MB a step.
 */
const NEAR_TIP = 12

export interface SessionOptions {
  readonly network?: string
  readonly anchor?: string
  readonly dataDir?: string
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
  /** Seconds. */
  readonly checkpointEvery?: number
}

/** Everything a command that proves works with, opened in order and closed together. */
export interface Session {
  readonly params: NetworkParams
  readonly start: ChainState
  readonly store: CheckpointStore
  readonly engine: NativeEngine
  readonly prover: BusProver
  readonly poseidon: Poseidon
  readonly verifier: SnarkVerifier
  readonly history: HistoryKeeper
  /** How a proof of this chain is judged, as of now. */
  verifyOptions(): VerifyOptions
  /** Verifies a proof just made and puts it in place of the old file, unless that one, `held`, is better: then null. */
  publish(proof: Uint8Array, file: string, held?: ProvedChain | null): Promise<ProvedChain | null>
  close(): Promise<void>
}

export async function openSession(options: SessionOptions, context: CliContext): Promise<Session> {
  const { terminal, env, clock } = context
  const params = requireProvable(await readNetwork(options.network))
  const anchor = await readAnchor(options.anchor, params)
  const insecure = insecureAllowed(options.insecureDevSetup, env)
  const keys = await openKeys(params, options.ptau, insecure, context)
  const verifier = new NativeVerifier(await readFile(keys.verifierKey))
  if (verifier.setup === 'insecure-dev' && !needsNoCeremony(params) && !insecure) {
    throw new UsageError(`${options.ptau} does not hold the public ceremony's powers, which ${params.name} needs`)
  }
  const poseidon = poseidonOf(verifier)
  const start = anchor === undefined ? startState(params, poseidon) : anchorState(params, anchor, poseidon)
  const dir = options.dataDir ?? dataDir(env, params, start.start)
  const owner = { params: packParams(params).toString(16), start: startId(start), keyId: verifier.keyId }
  // Before anything is claimed or folded: a proof by these parameters must verify by this key.
  const engine = await NativeEngine.load(keys)
  if (engine.info.keyId !== verifier.keyId) {
    throw new UsageError(`the cached keys in ${keys.directory} are damaged: delete that folder and run again`)
  }
  const store = await CheckpointStore.open({ dir, owner, params, poseidon })
  const history = await openHistoryKeeper(dir, params, start.start, verifier, terminal)
  try {
    if (verifier.setup === 'insecure-dev') {
      terminal.note('setup: INSECURE-DEV powers of tau; whoever knows their public secret can forge such proofs')
    }
    const witnesses = await BusWitnessSource.load(keys.circuit)
    const before = await readStatus(dir, () => false).catch(() => null)
    const status = statusWriter(dir, params, start, before?.lastProof ?? null, clock)
    const newestTip = () => store.list()[0]?.hash ?? null
    status.update({ tip: newestTip() })
    let told = false
    const prover = new BusProver({
      start,
      engine,
      witnesses,
      store,
      poseidon,
      clock,
      saveNearTip: NEAR_TIP,
      ...(options.checkpointEvery === undefined ? {} : { checkpointEveryMs: options.checkpointEvery * 1000 }),
      onProgress({ from, height, to, secondsPerHeader }) {
        if (!told && from > start.start.height) terminal.note(`goes on from the checkpoint at height ${from}`)
        told = true
        status.update({ height, to, secondsPerHeader, etaSeconds: (to - height) * secondsPerHeader })
        const eta = duration((to - height) * secondsPerHeader)
        terminal.progress(`folded ${height} of ${to}, ${secondsPerHeader.toFixed(2)} s a header, ${eta} left`)
      },
      async onCheckpoint({ context: { height, hash } }) {
        status.update({ height, tip: toDisplay(hash) })
        await status.write()
        await history.keep(height, context.signal)
      },
    })
    await status.write()
    const verifyOptions = (): VerifyOptions => ({
      params,
      verifier,
      now: clock() / 1000,
      allowInsecureSetup: insecure,
      ...(anchor === undefined ? {} : { anchor }),
    })
    return {
      params,
      start,
      store,
      engine,
      prover,
      poseidon,
      verifier,
      history,
      verifyOptions,
      async publish(proof, file, held = null) {
        const result = await verifyProof(proof, verifyOptions())
        if (!result.valid) throw new Error(`the new proof does not verify: ${result.reason}: ${result.detail}`)
        if (held !== null && stays(held, result)) return null
        await writeAtomic(diskFiles, file, proof)
        const lastProof = { file: resolve(file), height: result.height, bytes: proof.length, at: clock() }
        status.update({ height: result.height, tip: result.tip, etaSeconds: null, lastProof })
        await status.write()
        return result
      },
      async close() {
        await witnesses.close()
        // Where nothing was folded, a checkpoint may have been taken over.
        const { height, tip } = status.now()
        if (height === null && tip !== newestTip()) {
          status.update({ tip: newestTip() })
          await status.write()
        }
        await history.close()
        await store.close()
      },
    }
  } catch (error) {
    await history.close()
    await store.close()
    throw error
  }
}

/** Names a start exactly: two anchors at one header may differ in the window they carry. */
function startId(start: ChainState): string {
  const digest = createHash('sha256')
    .update(encodeField(packState(start)))
    .digest('hex')
  return `${start.start.kind}:${start.start.height}:${digest}`
}

function statusWriter(
  dir: string,
  params: NetworkParams,
  start: ChainState,
  lastProof: StatusFile['lastProof'],
  clock: () => number,
) {
  const { kind, height, hash } = start.start
  let status: StatusFile = {
    network: params.name,
    start: { kind, height, hash: toDisplay(hash) },
    pid: process.pid,
    updatedAt: clock(),
    height: null,
    tip: null,
    to: null,
    etaSeconds: null,
    secondsPerHeader: null,
    lastProof,
  }
  return {
    now: () => status,
    update(changes: Partial<StatusFile>) {
      status = { ...status, ...changes }
    },
    // Information only: that it cannot be written must not stop the proving.
    async write() {
      await writeStatus(dir, { ...status, updatedAt: clock() }).catch(() => undefined)
    },
  }
}
