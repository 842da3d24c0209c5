import type { AnchorContext, NetworkParams } from '../bitcoin/index.ts'
import { MAX_PROOF_BYTES, type VerifyOptions, type VerifyProofResult, verifyProof } from '../bus/index.ts'
import { openVerifier } from '../bus/io/index.ts'
import type { SnarkVerifier } from '../proving/index.ts'
import { insecureAllowed } from './config.ts'
import type { CliContext } from './context.ts'
import { readAnchor, readKey, readNetwork, readUpTo } from './inputs.ts'

/** What every command that verifies a proof takes. */
export interface JudgeOptions {
  readonly network?: string
  readonly anchor?: string
  readonly key?: string
  readonly insecureDevSetup?: boolean
}

export interface Judge {
  readonly params: NetworkParams
  readonly anchor: AnchorContext | undefined
  readonly verifier: SnarkVerifier
  /** As of now. */
  verifyOptions(): VerifyOptions
  verify(proof: Uint8Array): Promise<VerifyProofResult>
}

export async function openJudge(options: JudgeOptions, { env, clock }: CliContext): Promise<Judge> {
  const params = await readNetwork(options.network)
  const anchor = await readAnchor(options.anchor, params)
  const verifier = await openVerifier(await readKey(options.key))
  const verifyOptions = (): VerifyOptions => ({
    params,
    verifier,
    now: Math.floor(clock() / 1000),
    allowInsecureSetup: insecureAllowed(options.insecureDevSetup, env),
    ...(anchor === undefined ? {} : { anchor }),
  })
  return { params, anchor, verifier, verifyOptions, verify: (proof) => verifyProof(proof, verifyOptions()) }
}

export function readProof(file: string): Promise<Uint8Array> {
  return readUpTo(file, MAX_PROOF_BYTES)
}
