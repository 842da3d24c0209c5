import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Option } from 'commander'
import { MAX_BLOB_BYTES } from '../../storage/index.ts'
import type { Attestation } from '../bus/index.ts'
import type { InputEvidence } from '../compute/index.ts'
import { type Result, rejection } from '../lib/index.ts'
import { readAttestationFile } from './attest/read-attestation-file.ts'
import { usageError } from './exit.ts'
import { readUpTo } from './inputs.ts'

/** What shows where the input of a circuit stands. */
export interface EvidenceOptions {
  readonly attestation?: string
  readonly content?: string
}

/** Of commands that take it. */
export const evidenceOptions = (): Option[] => [
  new Option(
    '--attestation <FILE>',
    'of a circuit with an input: attests the inscription or the blob’s record (wsc attest inscription), or a folder that attests records (wsc attest records)',
  ),
  new Option('--content <FILE>', 'of a circuit that reads a blob of storage: its bytes (wsc storage get)'),
]

/** Files of a folder that hold an attestation each. */
const ENDING = /\.attestation(\.json)?$/
/** A list has room for fewer. */
const MOST_FILES = 1024

/** Reads what the options name; throws a usage error where no attestation is named. */
export async function readEvidence({
  attestation: path,
  content,
}: EvidenceOptions): Promise<Result<{ readonly evidence: InputEvidence }, string>> {
  if (path === undefined) throw usageError('what the circuit reads is attested by --attestation FILE')
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const files = isFolder ? await filesOf(path) : [path]
  const attestations: Attestation[] = []
  for (const file of files) {
    const read = await readAttestationFile(file)
    if (!read.ok) return rejection(`attestation:${read.reject}`, `${file}: ${read.detail}`)
    attestations.push(read.attestation)
  }
  const bytes = content === undefined ? undefined : await readUpTo(content, MAX_BLOB_BYTES)
  return { ok: true, evidence: { attestations, content: bytes } }
}

/** Of a program that reads none. */
export function refuseEvidence({ attestation, content }: EvidenceOptions): void {
  const [option] = [attestation && '--attestation', content && '--content'].filter((one) => one !== undefined)
  if (option !== undefined) throw usageError(`${option} is for circuits that read bytes`)
}

async function filesOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => ENDING.test(name)).sort()
  if (names.length > MOST_FILES) throw usageError(`${folder} holds more than ${MOST_FILES} attestations`)
  return names.map((name) => join(folder, name))
}
