import { type NetworkName, parseWork } from '../bus/index.ts'
import { byId, el } from './dom.ts'
import { grouped } from './facts.ts'
import { type FileKind, type ReadFile, readFiles } from './file-kind.ts'
import type { Question } from './session.ts'

/** What the reader has chosen so far. */
export interface Choice {
  readonly question: Question | undefined
  /** There is an attestation or a certificate, but no proof to check it under. */
  readonly lone: 'attestation' | 'certificate' | undefined
  readonly key: Uint8Array | undefined
}

export interface Inputs {
  /** Chooses a built-in network, as the reader may after a proof turned out to be of another. */
  chooseNetwork(name: NetworkName): void
  acceptInsecure(): void
}

const LABELS: Readonly<Record<FileKind, string>> = {
  proof: 'Proof',
  attestation: 'Attestation',
  certificate: 'Certificate',
  anchor: 'Anchor',
  network: 'Parameters',
  key: 'Key',
}

/** Wires drop zone, file choosers and options; calls `onChange` after each change with all of it. */
export function wireInputs(onChange: (choice: Choice) => void): Inputs {
  const network = byId('network', HTMLSelectElement)
  const insecure = byId('insecure', HTMLInputElement)
  const minWork = byId('min-work', HTMLInputElement)
  const files = new Map<FileKind, ReadFile>()

  const changed = () => {
    const key = files.get('key')
    showFiles(files, remove)
    onChange({
      question: questionOf(files, network, insecure, minWork),
      lone: files.has('proof') ? undefined : (['attestation', 'certificate'] as const).find((kind) => files.has(kind)),
      key: key?.kind === 'key' ? key.bytes : undefined,
    })
  }
  const remove = (kind: FileKind) => {
    files.delete(kind)
    if (kind === 'network') network.value = 'mainnet'
    changed()
  }
  const take = async (list: Iterable<File>, kind?: FileKind) => {
    const { read, unreadable } = await readFiles(list, kind)
    byId('files-error', HTMLElement).textContent = unreadable
    for (const file of read) {
      files.set(file.kind, file)
      if (file.kind === 'network') network.value = 'custom'
    }
    changed()
  }

  wireChooser('proof-file', (list) => take(list, 'proof'))
  wireChooser('attestation-file', (list) => take(list, 'attestation'))
  wireChooser('certificate-file', (list) => take(list, 'certificate'))
  wireChooser('anchor-file', (list) => take(list, 'anchor'))
  wireChooser('params-file', (list) => take(list, 'network'))
  wireChooser('key-file', (list) => take(list, 'key'))
  wireDrop((list) => take(list))
  network.addEventListener('change', () => {
    if (network.value === 'custom' && !files.has('network')) byId('more', HTMLDetailsElement).open = true
  })
  for (const control of [network, insecure]) control.addEventListener('change', changed)
  minWork.addEventListener('change', changed)

  return {
    chooseNetwork(name) {
      network.value = name
      changed()
    },
    acceptInsecure() {
      insecure.checked = true
      changed()
    },
  }
}

function questionOf(
  files: ReadonlyMap<FileKind, ReadFile>,
  network: HTMLSelectElement,
  insecure: HTMLInputElement,
  minWork: HTMLInputElement,
): Question | undefined {
  const proof = files.get('proof')
  const attestation = files.get('attestation')
  const certificate = files.get('certificate')
  const anchor = files.get('anchor')
  const custom = files.get('network')
  const least = readLeastWork(minWork)
  if (proof?.kind !== 'proof' || least === null) return undefined
  return {
    request: {
      proof: proof.bytes,
      // Custom without a file: the empty text is refused with the reason.
      network:
        network.value === 'custom'
          ? { custom: custom?.kind === 'network' ? custom.text : '' }
          : (network.value as NetworkName),
      ...(anchor?.kind === 'anchor' ? { anchor: anchor.text } : {}),
      ...(least === undefined ? {} : { minWork: least }),
      allowInsecureSetup: insecure.checked,
      now: Math.floor(Date.now() / 1000),
    },
    ...(attestation?.kind === 'attestation' ? { attestation: attestation.bytes } : {}),
    ...(certificate?.kind === 'certificate' ? { certificate: certificate.bytes } : {}),
  }
}

/** Null: not a number; undefined: none asked for. */
function readLeastWork(input: HTMLInputElement): bigint | null | undefined {
  const text = input.value.trim()
  const work = text === '' ? undefined : parseWork(text)
  input.toggleAttribute('aria-invalid', false)
  if (work === null) input.setAttribute('aria-invalid', 'true')
  byId('min-work-error', HTMLElement).hidden = work !== null
  return work
}

function showFiles(files: ReadonlyMap<FileKind, ReadFile>, remove: (kind: FileKind) => void): void {
  const rows = [...files.values()].map((file) => {
    const size = 'bytes' in file ? file.bytes.length : file.size
    const label = LABELS[file.kind]
    const button = el(
      'button',
      {
        type: 'button',
        class: 'button small remove',
        'aria-label': `Remove ${label} ${file.name}`,
        click: () => remove(file.kind),
      },
      'Remove',
    )
    return el(
      'li',
      {},
      el('span', { class: 'name' }, file.name),
      el('span', { class: 'kind' }, `${label}, ${grouped(size)} bytes`),
      button,
    )
  })
  byId('files', HTMLUListElement).replaceChildren(...rows)
}

function wireChooser(id: string, take: (files: File[]) => Promise<void>): void {
  const input = byId(id, HTMLInputElement)
  input.addEventListener('change', () => {
    const list = [...(input.files ?? [])]
    // Empty again, so that choosing the same file once more counts as a change.
    input.value = ''
    void take(list)
  })
}

/** The whole page takes drops: a file that misses the zone must not make the browser open it instead. */
function wireDrop(take: (files: File[]) => Promise<void>): void {
  const root = document.documentElement
  let depth = 0
  const over = (change: number) => {
    depth = Math.max(0, depth + change)
    root.classList.toggle('drag', depth > 0)
  }
  root.addEventListener('dragenter', () => over(1))
  root.addEventListener('dragleave', () => over(-1))
  root.addEventListener('dragover', (event) => event.preventDefault())
  root.addEventListener('drop', (event) => {
    event.preventDefault()
    over(-depth)
    void take([...(event.dataTransfer?.files ?? [])])
  })
}
