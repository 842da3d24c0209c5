import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Option } from 'commander'
import { MAX_BLOB_BYTES } from '../../storage/index.ts'
import type { Attestation } from '../bus/index.ts'
import type { InputEvidence, InputSource } from '../compute/index.ts'
import { type Result, rejection } from '../lib/index.ts'
import { readAttestationFile } from './attest/read-attestation-file.ts'
import { usageError } from './exit.ts'
import { readUpTo } from './inputs.ts'
import { more } from './option-parsers.ts'

/** What shows where the input of a circuit stands: files or folders, one for each of its sources. */
export interface EvidenceOptions {
  readonly attestation?: readonly string[]
  /** One for each source that is storage. */
  readonly content?: readonly string[]
}

/** Of commands that take it. */
export const evidenceOptions = (): Option[] => [
  new Option(
    '--attestation <FILE>',
    'of a circuit with an input: attests the inscription or the blob’s record (wsc attest inscription), or a folder that attests records or a result (wsc attest records, wsc attest result); one for each source, in their order',
  ).argParser(more),
  new Option(
    '--content <FILE>',
    'of a circuit that reads a blob of storage: its bytes (wsc storage get); one for each, in their order',
  ).argParser(more),
]

/** Files of a folder that hold an attestation each. */
const ENDING = /\.attestation(\.json)?$/
/** A list has room for fewer. */
const MOST_FILES = 1024

/** Reads what the options name for each source; throws a usage error where they name fewer or more. */
export async function readEvidence(
  sources: readonly InputSource[],
  { attestation: paths = [], content = [] }: EvidenceOptions,
): Promise<Result<{ readonly evidence: readonly InputEvidence[] }, string>> {
  const stored = sources.filter(({ kind }) => kind === 'storage').length
  requireCount('--attestation', paths.length, sources.length)
  requireCount('--content', content.length, stored)
  const evidence: InputEvidence[] = []
  const contents = content.values()
  for (const [i, { kind }] of sources.entries()) {
    const read = await readAttestations(paths[i] as string)
    if (!read.ok) return read
    const file = kind === 'storage' ? contents.next().value : undefined
    const { attestations } = read
    evidence.push(
      file === undefined ? { attestations } : { attestations, content: await readUpTo(file, MAX_BLOB_BYTES) },
    )
  }
  return { ok: true, evidence }
}

function requireCount(option: string, given: number, wanted: number): void {
  if (given === wanted) return
  throw usageError(`this circuit takes ${option} ${wanted === 1 ? 'once' : `${wanted} times`}, not ${given} times`)
}

async function readAttestations(
  path: string,
): Promise<Result<{ readonly attestations: readonly Attestation[] }, string>> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const attestations: Attestation[] = []
  for (const file of isFolder ? await filesOf(path) : [path]) {
    const read = await readAttestationFile(file)
    if (!read.ok) return rejection(`attestation:${read.reject}`, `${file}: ${read.detail}`)
    attestations.push(read.attestation)
  }
  return { ok: true, attestations }
}

async function filesOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => ENDING.test(name)).sort()
  if (names.length > MOST_FILES) throw usageError(`${folder} holds more than ${MOST_FILES} attestations`)
  return names.map((name) => join(folder, name))
}
