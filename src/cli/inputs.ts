import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InvalidArgumentError } from 'commander'
import {
  type ChainContext,
  loadCustomParams,
  mainnet,
  type NetworkParams,
  regtest,
  signet,
  testnet4,
} from '../bitcoin/index.ts'
import {
  decodeAnchor,
  MAX_ANCHOR_BYTES,
  MAX_CHECKPOINT_BYTES,
  MAX_KEY_BYTES,
  parseWork,
  readRegular,
} from '../bus/index.ts'
import { UsageError } from './exit.ts'

const NETWORKS: Readonly<Record<string, NetworkParams>> = { mainnet, testnet4, signet, regtest }

/** Mainnet unless named; anything with the ending .json is a custom network's file. */
export async function readNetwork(name = 'mainnet'): Promise<NetworkParams> {
  const known = Object.hasOwn(NETWORKS, name) ? NETWORKS[name] : undefined
  if (known !== undefined) return known
  if (!name.endsWith('.json')) {
    throw new UsageError(`there is no network "${name}": name ${Object.keys(NETWORKS).join(', ')} or a FILE.json`)
  }
  return loadCustomParams(new TextDecoder().decode(await readBytes(name, 'network')))
}

/** For commands that prove: testnet4's rules are checked natively only. */
export function requireProvable(params: NetworkParams): NetworkParams {
  if (params.provable) return params
  throw new UsageError(`${params.name} cannot be proved: its rules are checked natively only`)
}

export async function readAnchor(file: string | undefined, params: NetworkParams): Promise<ChainContext | undefined> {
  if (file === undefined) return undefined
  const result = decodeAnchor(params, new TextDecoder().decode(await readUpTo(file, MAX_ANCHOR_BYTES)))
  if (result.ok) return result.context
  throw new UsageError(`${file} is no usable anchor: ${result.detail}`)
}

/** Longest files that are read, by kind. */
export const LIMITS = {
  /** More than six million headers; Bitcoin will have as many in the 2130s. */
  headers: 512 * 1024 * 1024,
  key: MAX_KEY_BYTES,
  checkpoint: MAX_CHECKPOINT_BYTES,
  network: 1024 * 1024,
  config: 64 * 1024,
} as const

/** All of a file of this kind; a longer one is refused. */
export async function readBytes(file: string, kind: keyof typeof LIMITS): Promise<Uint8Array> {
  const limit = LIMITS[kind]
  const bytes = await readUpTo(file, limit)
  if (bytes.length > limit) throw new UsageError(`${file} is longer than ${limit} bytes: no ${kind} file is`)
  return bytes
}

/** At most `limit` + 1 bytes of a regular file: enough to see that it is too long. */
export async function readUpTo(file: string, limit: number): Promise<Uint8Array> {
  return await readRegular(file, limit).catch((cause) => {
    throw new UsageError(`cannot read ${file}: ${(cause as Error).message}`, { cause })
  })
}

/** That a result can be written is known before hours of work, not after; `inputs` are not to be written over. */
export async function requireWritable(file: string, ...inputs: readonly (string | undefined)[]): Promise<void> {
  const folder = dirname(file)
  const found = await stat(folder).catch(() => null)
  if (found === null || !found.isDirectory()) throw new UsageError(`there is no folder ${folder} to write ${file} in`)
  // The result takes the file's place by renaming, so it is the folder that must allow it.
  await access(folder, constants.W_OK).catch((cause) => {
    throw new UsageError(`cannot write ${file}: no permission in ${folder}`, { cause })
  })
  const there = await stat(file).catch(() => null)
  if (there !== null && !there.isFile()) throw new UsageError(`cannot write ${file}: it is no regular file`)
  for (const input of inputs) {
    const read = input === undefined ? null : await stat(input).catch(() => null)
    if (there !== null && read !== null && read.dev === there.dev && read.ino === there.ino) {
      throw new UsageError(`${file} is an input (${input}) and would be written over`)
    }
  }
}

/** Option parser: a height. */
export function height(text: string): number {
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) > 0xffff_ffff) throw new InvalidArgumentError('not a height')
  return Number(text)
}

/** Option parser: an amount of work, hexadecimal as `verify` prints it. */
export function work(text: string): bigint {
  const amount = parseWork(text)
  if (amount === null) throw new InvalidArgumentError('not a hexadecimal number of at most 64 digits')
  return amount
}
