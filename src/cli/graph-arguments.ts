import { Option } from 'commander'
import { MAX_ARGUMENTS_BYTES, readArguments } from '../compute/index.ts'
import type { CompiledOnce } from '../compute/io/index.ts'
import { readPrivateFile } from '../lib/io/index.ts'
import type { CircuitInput } from '../proving/index.ts'
import { usageError } from './exit.ts'
import { readUpTo } from './inputs.ts'

export const argumentsOption = (): Option =>
  new Option(
    '--arguments <FILE>',
    'of a circuit with arguments: their values in JSON; of mode 0600 where any is private',
  )

/** Values of a circuit's arguments out of a file; none where it takes none. Throws E_USAGE, which never shows a value. */
export async function readArgumentsFile(
  { manifest }: Pick<CompiledOnce, 'manifest'>,
  file: string | undefined,
): Promise<CircuitInput> {
  const { arguments: taken } = manifest.program
  if (taken.length === 0) {
    if (file !== undefined) throw usageError(`--arguments is for circuits that take some: ${manifest.name} takes none`)
    return {}
  }
  if (file === undefined) {
    const names = taken.map(({ signal }) => signal).join(', ')
    throw usageError(`${manifest.name} takes arguments: give ${names} by --arguments FILE`)
  }
  const isPrivate = taken.some((argument) => argument.private)
  const json = isPrivate ? await readSecretArguments(file) : await readOpenArguments(file)
  const read = readArguments(manifest.program, json)
  if (!read.ok) throw usageError(`${file}: ${read.detail}`)
  return read.input
}

/** The JSON of arguments to ask with, none of them private. Throws E_USAGE, as for more than so many bytes. */
export async function readAskedArguments(
  program: Pick<CompiledOnce, 'manifest'>,
  file: string | undefined,
  most: number,
): Promise<string> {
  await readArgumentsFile(program, file)
  if (file === undefined) return '{}'
  const json = await readOpenArguments(file)
  const { length } = new TextEncoder().encode(json)
  if (length > most) throw usageError(`${file}: arguments of ${length} bytes, and such a request takes ${most}`)
  return json
}

/** The JSON of arguments of which none is private. */
async function readOpenArguments(file: string): Promise<string> {
  const bytes = await readUpTo(file, MAX_ARGUMENTS_BYTES)
  if (bytes.length > MAX_ARGUMENTS_BYTES) throw usageError(`${file} is longer than ${MAX_ARGUMENTS_BYTES} bytes`)
  return new TextDecoder().decode(bytes)
}

/** The JSON of arguments of which one is private. Throws E_USAGE unless its mode keeps others out. */
export function readSecretArguments(file: string): Promise<string> {
  return readPrivateFile(file, MAX_ARGUMENTS_BYTES, (fault, detail, cause) => {
    const cure = fault === 'mode' ? ` Make it private: chmod 600 ${file}` : ''
    return usageError(`${detail}${cure}`, { cause })
  })
}
