import { type Measured, measure, openKernel } from '../../storage/io/index.ts'
import { bytesToHex } from '../lib/index.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { readStorageNetwork, type StorageNetworkFlags } from './storage-network.ts'
import { partProgress, putSeconds, timeLine } from './storage-put-text.ts'
import { jsonLine, plural } from './text.ts'

/** Tells what storing a file or a folder takes, which no node and no peer is needed for. */
export async function tellMeasured(
  context: CliContext,
  path: string,
  options: StorageNetworkFlags & { readonly json?: boolean; readonly confirmations: number },
): Promise<ExitCode> {
  const { terminal, signal, clock } = context
  const params = await readStorageNetwork(options)
  const began = clock()
  const onProgress = partProgress(context, 'encoding')
  const height = Number.MAX_SAFE_INTEGER
  const measured = await measure(path, { kernel: await openKernel(), params, height, signal, onProgress })
  terminal.settle()
  if (!measured.ok) {
    if (options.json) terminal.result(jsonLine({ valid: false, reason: measured.reject, detail: measured.detail }))
    else terminal.note(`${measured.reject}: ${measured.detail}`)
    return EXIT.invalid
  }
  const { network } = params
  const times = { encoding: (clock() - began) / 1000, confirmations: options.confirmations, network }
  if (options.json) {
    terminal.result(jsonLine({ ...measuredJson(measured), seconds: putSeconds(measured.chunks, times) }))
  } else {
    for (const line of measuredLines(measured)) terminal.result(line)
    terminal.result(timeLine(measured.chunks, times))
    terminal.note('the fees of the records are told where --peer or --provider names whom to ask')
  }
  return EXIT.valid
}

function measuredJson({ manifest, blobs, chunks, burn }: Measured) {
  const { files } = manifest
  return {
    valid: true,
    id: bytesToHex(blobs.at(-1)!.id),
    files: files.length,
    bytes: files.reduce((total, { size }) => total + size, 0),
    blobs: blobs.map(({ id, length, chunks }) => ({ id: bytesToHex(id), length, chunks })),
    chunks,
    burn: Number(burn),
  }
}

function measuredLines(measured: Measured): string[] {
  const { id, files, bytes, blobs, chunks, burn } = measuredJson(measured)
  const lines = blobs.map((blob, i) => {
    const what = i === blobs.length - 1 ? 'manifest' : `blob ${i + 1}`
    return `${what.padEnd(9)} ${blob.id}  ${blob.length} bytes, ${plural(blob.chunks, 'chunk')}`
  })
  return [
    `id        ${id}`,
    `content   ${bytes} bytes in ${plural(files, 'file')}`,
    ...lines,
    `price     ${burn} satoshis to be burned for ${plural(chunks, 'chunk')}, and the fees of ${plural(blobs.length, 'record')}`,
  ]
}
