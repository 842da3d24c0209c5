import { sameHash, toDisplay } from '../../../bitcoin/index.ts'
import { type Attestation, decodeAttestation } from '../../../bus/index.ts'
import { bytesToHex, type Rejection, type Result, rejection } from '../../../lib/index.ts'
import type { CircuitInput } from '../../../proving/index.ts'
import { bytesCommitment } from '../../circuit/bytes-commitment.ts'
import { readArguments } from '../../circuit/read-arguments.ts'
import { verifyCircuit } from '../../circuit/verify-circuit.ts'
import { computeError } from '../../errors.ts'
import { attestedInput, type InputEvidence } from '../../input/attested-input.ts'
import type { InputSource } from '../../manifest/data-sources.ts'
import { inputSources } from '../../manifest/manifest.ts'
import type { SourceEvidence } from '../../peers/result-message.ts'
import { DEFAULT_PRIORITY, type JobInput, type ProvingJob } from '../../queue/job.ts'
import { expectedResult } from '../../requests/expected-result.ts'
import { jobIdentity, resultIdentity } from '../../result/identity.ts'
import type { OnRequest, OwnBlock, OwnGround, PreparedRequest, ServedProgram } from '../../service/served-program.ts'
import { chainTo } from '../chain-to.ts'
import { completeInput } from '../input/complete-input.ts'
import { latestResults } from '../input/latest-results.ts'
import type { ReadInput } from '../input/read-input.ts'
import type { OnceOfKeys } from '../open-program.ts'
import { ARGUMENTS_INPUT, ATTESTED_INPUT } from '../queue/prove-job.ts'
import { aboutProgram, type ServingParts } from './served-stream.ts'

/** What is due by itself comes first. */
export const REQUEST_PRIORITY = 2 * DEFAULT_PRIORITY

/** No lie: whoever gave it may follow another branch, or a proof that was made before it left one. */
const OF_FORK = rejection('other-chain', 'what shows the input may be under a proof of another branch')

/**
 * Whether evidence fails for the reason alone that its proof may end in another block than ours: an attestation says that proof's
 * height, and no hash, and a fork may be of any depth. Of the block that a result is about there is no doubt. Nothing is gained by
 * such evidence: it is looked at before the proof, and takes of a peer's rate what any message does.
 */
function mayBeOfFork({ reject }: Rejection, tip: OwnBlock, { block }: OwnGround): boolean {
  return reject === 'attestation:not-in-chain' && !sameHash(tip.hash, block.hash)
}

/** A circuit that no trigger runs by itself, as the network serves it: proved on request alone, heard at any time. */
export function servedCircuit(program: OnceOfKeys, parts: ServingParts): ServedProgram {
  const prove = async (): Promise<never> => {
    throw computeError('E_INPUT', `${program.manifest.name} runs on request: no block says what it reads`)
  }
  return {
    ...aboutProgram(program),
    judge: judgeOfCircuit(program, parts),
    prove,
    onRequest: onRequestOf(program, parts),
  }
}

/** How results of a circuit are judged, whatever it reads. */
export function judgeOfCircuit({ id, manifest, verifier }: OnceOfKeys, parts: ServingParts): ServedProgram['judge'] {
  const { kernel, params, sources: known } = parts
  return async (message, ground) => {
    const { result } = message
    if (result.kind !== 'circuit') return rejection('wrong-kind', `a result of a ${result.kind}`)
    const under = await evidenceOf(message.evidence, ground, ground.block)
    if (!under.ok) return under
    const { tip, evidence } = under
    const checked = await verifyCircuit(result, {
      ...{ program: id, manifest, verifier, chain: chainTo(tip), params, evidence, results: known?.verifier, kernel },
    })
    if (!checked.ok) return mayBeOfFork(checked, tip, ground) ? OF_FORK : checked
    const { height, blockHash } = result
    const read = { height, blockHash, ids: checked.verified.inputs }
    return await wholeInput(parts, inputSources(manifest), evidence, read)
  }
}

/** Null where somebody would have to show what is private. */
function onRequestOf(program: OnceOfKeys, parts: ServingParts): OnRequest | null {
  const { manifest, constraints } = program
  const { arguments: taken, proofSystem } = manifest.program
  if (taken.some((argument) => argument.private)) return null
  const prepare: OnRequest['prepare'] = async (asked, { at, tip }) => {
    const given = readArguments(manifest.program, taken.length === 0 ? '{}' : asked.arguments)
    if (!given.ok) return given
    const read = await readInput(program, parts, asked.evidence, { at, tip })
    if (!read.ok) return read
    const prepared = preparedOf({
      program,
      parts,
      given: given.input,
      json: asked.arguments,
      ...read.read,
      ...{ asked, priority: REQUEST_PRIORITY, attempts: 1 },
    })
    return { ok: true, prepared }
  }
  return { proofSystem, constraints, prepare }
}

interface Read {
  readonly block: OwnBlock
  /** Null of a program that reads none. */
  readonly bytes: Uint8Array | null
}

async function readInput(
  { manifest }: OnceOfKeys,
  parts: ServingParts,
  given: readonly SourceEvidence[],
  { at, tip: last }: Pick<OwnGround, 'at'> & { readonly tip: OwnBlock },
): Promise<Result<{ readonly read: Read }>> {
  const { params, kernel, sources: known } = parts
  const { input } = manifest.program
  if (input === undefined) {
    return given.length === 0
      ? { ok: true, read: { block: last, bytes: null } }
      : rejection('wrong-input', 'it reads none')
  }
  const under = await evidenceOf(given, { at }, last)
  if (!under.ok) return under
  const { tip, evidence } = under
  const sources = inputSources(manifest)
  const chain = chainTo(tip)
  const [length, results] = [input.bytes, known?.verifier]
  const attested = await attestedInput({ sources, length, chain, params, evidence, results, kernel })
  if (!attested.ok) return attested
  const complete = await wholeInput(parts, sources, evidence, attested.input)
  if (!complete.ok) return complete
  const block = await at(attested.input.height)
  return block === null
    ? rejection('moving', 'the chain is changing')
    : { ok: true, read: { block, bytes: attested.input.bytes } }
}

/** By this node's own indexes: all records that there are, and the latest results. */
async function wholeInput(
  { inscriptions, sources: known }: ServingParts,
  sources: readonly InputSource[],
  evidence: readonly InputEvidence[],
  input: ReadInput,
): Promise<Result<object>> {
  const complete = await completeInput(inscriptions.index, sources, evidence, input)
  // Without such an index no result was taken for evidence before.
  return complete.ok && known !== undefined ? await latestResults(known.results, sources, evidence, input) : complete
}

interface Preparing extends Read {
  /** Of its job. */
  readonly priority: number
  readonly attempts: number
  readonly program: OnceOfKeys
  readonly parts: ServingParts
  readonly given: CircuitInput
  readonly json: string
  readonly asked: { readonly evidence: readonly SourceEvidence[] }
}

/** What is left is to prove it: what it reads goes with the job. */
export function preparedOf(preparing: Preparing): PreparedRequest {
  const { program, parts, given, json, block, bytes, asked, priority, attempts } = preparing
  const { id, manifest } = program
  const { height, hash } = block
  const commitment = bytes === null ? null : bytesCommitment(parts.kernel, bytes)
  const expected = expectedResult(program, block, given, commitment)
  const identity = bytesToHex(resultIdentity(manifest, expected))
  const inputs: JobInput[] = bytes === null ? [] : [{ name: ATTESTED_INPUT, bytes }]
  if (manifest.program.arguments.length > 0) {
    inputs.push({ name: ARGUMENTS_INPUT, bytes: new TextEncoder().encode(json) })
  }
  const job: ProvingJob = {
    ...{
      id: bytesToHex(jobIdentity(manifest, expected)),
      program: bytesToHex(id),
      kind: 'circuit',
      height,
      blockHash: toDisplay(hash),
    },
    ...{ inputs, priority, attempts },
  }
  const prove = async (signal: AbortSignal) => ({
    result: await parts.jobs.prove(job, signal),
    evidence: asked.evidence,
  })
  return { identity, block, prove }
}

/** What is shown of an input, and the block whose proof that is under; without any, the block that is given. */
async function evidenceOf(
  given: readonly SourceEvidence[],
  { at }: Pick<OwnGround, 'at'>,
  otherwise: OwnBlock,
): Promise<Result<{ readonly tip: OwnBlock; readonly evidence: InputEvidence[] }>> {
  const evidence: InputEvidence[] = []
  for (const { attestations: some, content } of given) {
    const attestations: Attestation[] = []
    for (const bytes of some) {
      const read = decodeAttestation(bytes)
      if (!read.ok) return rejection(`attestation:${read.reject}`, read.detail)
      attestations.push(read.attestation)
    }
    evidence.push({ attestations, ...(content !== null && { content }) })
  }
  const height = evidence[0]?.attestations[0]?.tipHeight
  if (height === undefined) return { ok: true, tip: otherwise, evidence }
  const tip = await at(height)
  return tip === null ? rejection('attestation-ahead', `of a proof of height ${height}`) : { ok: true, tip, evidence }
}
