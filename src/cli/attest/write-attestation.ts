import { toDisplay } from '../../bitcoin/index.ts'
import {
  type Attestation,
  type AttestedByPeers,
  type AttestRequest,
  attestationToJson,
  encodeAttestation,
  type ProvedChain,
  poseidonOf,
  verifyAttestation,
} from '../../bus/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { requireWritable } from '../outputs.ts'
import { type Judge, type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { tellRefused } from '../refused.ts'
import { jsonLine } from '../text.ts'
import { attestationOfPeers, syncCure } from './of-peers.ts'
import { attestorOf, type MaterialOptions, peersOf } from './open-attestor.ts'

export interface AttestOptions extends JudgeOptions, MaterialOptions {
  readonly proof: string
  readonly out: string
  readonly json?: boolean
}

/** Makes one attestation under the proof, checks it, and writes it. */
export async function attestTo(context: CliContext, options: AttestOptions, request: AttestRequest): Promise<ExitCode> {
  const { terminal, signal } = context
  await requireWritable(options.out, context.env, options)
  const judge = await openJudge(options, context)
  const proved = await judge.verify(await readProof(options.proof))
  if (!proved.ok) return refused(context, options, `proof:${proved.reject}`, proved.detail)
  const { chain } = proved
  const peers = peersOf(options)
  if (peers !== undefined) {
    const attested = await attestationOfPeers(context, peers, judge, chain, request)
    return await writeOfPeers(context, options, peers, attested, judge, chain)
  }
  const opened = await attestorOf(options, judge, chain, context)
  try {
    const made = await opened.attestor.attest(request, signal)
    if (!made.ok) return refused(context, options, made.reject, made.detail)
    return await writeAttestation(context, options, made.attestation, judge, chain)
  } finally {
    await opened.close()
    terminal.settle()
  }
}

/** What peers gave, or why it is none: who heard nothing has judged nothing. */
export async function writeOfPeers(
  context: CliContext,
  options: AttestOptions,
  peers: readonly string[],
  attested: AttestedByPeers,
  judge: Judge,
  chain: ProvedChain,
): Promise<ExitCode> {
  if (attested.ok) return await writeAttestation(context, options, attested.value, judge, chain)
  const { reject, detail } = attested
  const cure = reject === 'other-proof' ? `; ${syncCure(peers, options.proof)}` : ''
  const exit = refused(context, options, reject, `${detail}${cure}`)
  return reject === 'no-answer' ? EXIT.unjudged : exit
}

export function refused(
  context: CliContext,
  options: { readonly json?: boolean },
  reject: string,
  detail: string,
): ExitCode {
  return tellRefused(context, options, { reject, detail }, 'no attestation')
}

/** Only what the checker accepts is written. The ending .json asks for the JSON form. */
export async function writeAttestation(
  context: CliContext,
  options: { readonly out: string; readonly json?: boolean },
  attestation: Attestation,
  judge: Judge,
  chain: ProvedChain,
): Promise<ExitCode> {
  const { terminal } = context
  const checked = verifyAttestation(attestation, chain, poseidonOf(judge.verifier))
  if (!checked.ok) return refused(context, options, checked.reject, checked.detail)
  const bytes = options.out.endsWith('.json')
    ? new TextEncoder().encode(`${JSON.stringify(attestationToJson(attestation))}\n`)
    : encodeAttestation(attestation)
  await writeAtomic(diskFiles, options.out, bytes)
  const { kind, height, tipHeight } = attestation
  const blockHash = toDisplay(checked.verified.blockHash)
  const { out: file } = options
  const about = { valid: true, reason: null, file, bytes: bytes.length, kind, height, blockHash, tipHeight }
  if (options.json) terminal.result(jsonLine(about))
  else terminal.result(`${file}: ${bytes.length} bytes attest ${kind} of block ${height} under a proof of ${tipHeight}`)
  return EXIT.valid
}
