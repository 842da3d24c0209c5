import { MAX_CERTIFICATE_BYTES } from '../../storage/index.ts'
import { MAX_ATTESTATION_JSON, MAX_KEY_BYTES, MAX_PROOF_BYTES } from '../bus/index.ts'

export type FileKind = 'proof' | 'attestation' | 'certificate' | 'anchor' | 'network' | 'key'

/** The largest anchor or network file that is read at all. */
const MAX_TEXT = 65_536

const LIMITS = {
  proof: MAX_PROOF_BYTES,
  attestation: MAX_ATTESTATION_JSON,
  certificate: MAX_CERTIFICATE_BYTES,
  key: MAX_KEY_BYTES,
} as const

/** A dropped file with what its content says it is. */
export type ReadFile =
  | {
      readonly kind: 'proof' | 'attestation' | 'certificate' | 'key'
      readonly name: string
      readonly bytes: Uint8Array
    }
  | { readonly kind: 'anchor' | 'network'; readonly name: string; readonly text: string; readonly size: number }

/**
 * Reads a file and tells what it is: by its first bytes or JSON members, not by its name. `kind` settles it where the
 * reader has chosen the file for a purpose. What is nothing else counts as a proof, and verifying says what is wrong.
 */
export async function readFile(file: File, kind?: FileKind): Promise<ReadFile> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer())
  const found = kind ?? (await kindOf(file, head))
  if (found === 'anchor' || found === 'network') {
    return { kind: found, name: file.name, text: await file.slice(0, MAX_TEXT + 1).text(), size: file.size }
  }
  // One byte over the limit is enough for the decoder to refuse a file as oversized.
  const limit = LIMITS[found] + 1
  return { kind: found, name: file.name, bytes: new Uint8Array(await file.slice(0, limit).arrayBuffer()) }
}

/** Reads what can be read, and says of the rest (a folder, a file that is gone or not permitted) that it cannot be. */
export async function readFiles(
  list: Iterable<File>,
  kind?: FileKind,
): Promise<{ readonly read: readonly ReadFile[]; readonly unreadable: string }> {
  const read: ReadFile[] = []
  const unreadable: string[] = []
  for (const file of list) {
    try {
      read.push(await readFile(file, kind))
    } catch (error) {
      unreadable.push(
        `“${file.name}” cannot be read; if it is a folder, choose the file inside it. (${(error as Error).message})`,
      )
    }
  }
  return { read, unreadable: unreadable.join(' ') }
}

async function kindOf(file: File, head: Uint8Array): Promise<FileKind> {
  const opening = new TextDecoder().decode(head)
  if (opening.startsWith('WSCPROOF')) return 'proof'
  if (opening.startsWith('WSCA')) return 'attestation'
  if (opening.startsWith('WSCC')) return 'certificate'
  if (opening.trimStart().startsWith('{')) {
    // No other JSON is nearly as long; checking says that it is too long.
    return file.size > MAX_ATTESTATION_JSON ? 'attestation' : jsonKind(await file.text())
  }
  // Nothing but a verifying key is this large; a proof is about 8 kB.
  return file.size > 20 * MAX_PROOF_BYTES ? 'key' : 'proof'
}

function jsonKind(text: string): FileKind {
  try {
    const value = JSON.parse(text) as Record<string, unknown>
    if (typeof value.format === 'string' && value.format.startsWith('wsc-attestation-')) return 'attestation'
    if ('format' in value || 'epochStartTime' in value) return 'anchor'
    if ('genesisHeader' in value || 'epochLength' in value) return 'network'
    return 'proof'
  } catch {
    return 'proof'
  }
}
