import {
  attestationResultJson,
  poseidonOf,
  type ShownAttestationReject,
  type VerifiedAttestation,
  verifyAttestation,
} from '../../bus/index.ts'
import { hexToBytes, type Rejection, rejection } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import {
  type AttestedRecord,
  type AttestedRecordReject,
  attestedJson,
  type RecordJson,
  requireAuthor,
} from '../../settlement/index.ts'
import { refreshedByPeers } from '../attest/of-peers.ts'
import { readAttestationFile } from '../attest/read-attestation-file.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { hex32 } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'
import { peerFlags } from '../peer-place.ts'
import { cureOf } from '../proof-cure.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { jsonLine, quoted } from '../text.ts'

interface Options extends JudgeOptions {
  readonly proof: string
  readonly body?: string
  readonly author?: string
  readonly peer?: readonly string[]
  readonly json?: boolean
}

export const addCheck: AddCommand = (parent, run) => {
  const checkCommand = parent
    .command('check')
    .description(
      'check an attestation under a bus proof, by these two files alone; --peer asks others for the path to a later proof',
    )
    .argument('<FILE>', 'attestation, in either form')
    .requiredOption(
      '--proof <PROOF>',
      'proof file of the very height the attestation was made or refreshed for (required)',
    )
  addOptions(checkCommand, ...judgeOptions())
    .option('--body <FILE>', 'write the body of the inscription there')
    .option('--author <KEY>', 'refuse what is no record that this author signed (64 hex digits)', hex32)
    .addOption(peerFlags.peer('a peer to ask for the path where the proof is a later one (repeatable)'))
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'check tx.attestation --proof chain.proof',
        'check i.attestation --proof chain.proof --body out.png',
        'check tx.attestation --proof later.proof --peer /ip4/192.0.2.7/tcp/8533',
      ),
    )
    .action(run(check))
}

async function check(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  const { terminal } = context
  if (options.body !== undefined) await requireWritable(options.body, context.env, options, file)
  const judge = await openJudge(options, context)
  const proof = await readProof(options.proof)
  const proved = await judge.verify(proof)
  const read = await readAttestationFile(file)
  const kind = read.ok ? read.attestation.kind : null
  const refuse = (refused: Rejection<ShownAttestationReject | AttestedRecordReject>): ExitCode => {
    if (options.json) terminal.result(jsonLine(attestationResultJson(refused, kind)))
    terminal.note(`invalid: ${refused.reject}: ${refused.detail}`)
    return EXIT.invalid
  }
  if (!proved.ok) {
    const exit = refuse(rejection(`proof:${proved.reject}`, proved.detail))
    const cure = cureOf(proved.reject, proof, options)
    if (cure !== null) terminal.note(cure)
    return exit
  }
  if (!read.ok) return refuse(read)
  let { attestation } = read
  if (options.peer !== undefined && attestation.tipHeight !== proved.chain.height) {
    const refreshed = await refreshedByPeers(context, options.peer, judge, proved.chain, attestation)
    if (refreshed.ok) attestation = refreshed.value
    else terminal.note(`no peer gave a path to this proof: ${refreshed.reject}: ${refreshed.detail}`)
  }
  const began = performance.now()
  const result = verifyAttestation(attestation, proved.chain, poseidonOf(judge.verifier))
  const ms = performance.now() - began
  if (!result.ok) return refuse(result)
  const { verified } = result
  if (options.author !== undefined) {
    const signed = requireAuthor(verified, judge.params, hexToBytes(options.author))
    if (!signed.ok) return refuse(signed)
  }
  if (options.body !== undefined) await writeBody(options.body, verified)
  const json = attestedJson(verified, kind, judge.params)
  if (options.json) terminal.result(jsonLine(json))
  else for (const line of checkedLines(json, ms)) terminal.result(line)
  return EXIT.valid
}

async function writeBody(file: string, { payload }: VerifiedAttestation): Promise<void> {
  if (payload.kind !== 'inscription') throw usageError('--body is for inscriptions')
  await writeAtomic(diskFiles, file, payload.envelope.body ?? new Uint8Array())
}

export function checkedLines(json: Record<string, unknown>, ms: number): string[] {
  const { record, recordReject, ...payload } = json.payload as Record<string, unknown> & Partial<AttestedRecord>
  return [
    `valid          ${json.kind} (${ms.toFixed(1)} ms beyond the proof)`,
    `height         ${json.height}`,
    `block          ${json.blockHash}`,
    `confirmations  ${json.confirmations}`,
    ...Object.entries(payload).map(
      ([name, value]) =>
        `${name.padEnd(14)} ${FROM_CHAIN.has(name) && typeof value === 'string' ? quoted(value) : shown(value)}`,
    ),
    ...(record == null ? [] : recordLines(record)),
    ...(recordReject == null ? [] : [`record         none: ${recordReject}`]),
    ...(json.kind === 'output' ? ['Not claimed: that the output is unspent.'] : []),
  ]
}

function recordLines({ kind, program, height, blockHash, output, seq, author }: RecordJson): string[] {
  const all = { record: `${kind} seq ${seq}`, author, program, 'of height': height, 'of block': blockHash, output }
  return [
    ...Object.entries(all).map(([name, value]) => `${name.padEnd(14)} ${value}`),
    'Signed by its author. Whether its seq counts is not known from one inscription.',
  ]
}

/** Free text, by whoever inscribed. */
const FROM_CHAIN: ReadonlySet<string> = new Set(['contentType', 'metaprotocol'])

const MAX_SHOWN = 200

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
