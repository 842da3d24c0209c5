import { constants } from 'node:fs'
import { access, lstat } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import {
  type AnchorContext,
  loadCustomParams,
  mainnet,
  type NetworkParams,
  regtest,
  signet,
  testnet4,
} from '../bitcoin/index.ts'
import { decodeAnchor, MAX_ANCHOR_BYTES, MAX_KEY_BYTES, parseWork } from '../bus/index.ts'
import { MAX_CHECKPOINT_BYTES } from '../bus/io/index.ts'
import { readRegular } from '../lib/io/index.ts'
import { usageError } from './exit.ts'

/** Those that are built in, by name. */
export const NETWORKS: Readonly<Record<string, NetworkParams>> = { mainnet, testnet4, signet, regtest }

/** Mainnet unless named; anything with the ending .json is a custom network's file. */
export async function readNetwork(name = 'mainnet'): Promise<NetworkParams> {
  const known = Object.hasOwn(NETWORKS, name) ? NETWORKS[name] : undefined
  if (known !== undefined) return known
  if (!name.endsWith('.json')) {
    throw usageError(`there is no network "${name}": name ${Object.keys(NETWORKS).join(', ')} or a FILE.json`)
  }
  return loadCustomParams(new TextDecoder().decode(await readBytes(name, 'network')))
}

/** The file that a network is read from; a built-in one has none. */
export function networkFile(name: string | undefined): string | undefined {
  return name?.endsWith('.json') ? name : undefined
}

/** For commands that prove: testnet4's rules are checked natively only. */
export function requireProvable(params: NetworkParams): NetworkParams {
  if (params.provable) return params
  throw usageError(`${params.name} cannot be proved: its rules are checked natively only`)
}

export async function readAnchor(file: string | undefined, params: NetworkParams): Promise<AnchorContext | undefined> {
  if (file === undefined) return undefined
  const result = decodeAnchor(params, new TextDecoder().decode(await readUpTo(file, MAX_ANCHOR_BYTES)))
  if (result.ok) return result.context
  throw usageError(`${file} is no usable anchor: ${result.detail}`)
}

/** In the working directory. */
export const CONFIG_FILE = 'wsc.config.json'

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
  const bytes = await readUpTo(file, limit, kind)
  if (bytes.length > limit) throw usageError(`${file} is longer than ${limit} bytes: no ${kind} file is`)
  return bytes
}

/** A verifying key; undefined for the one built in. */
export async function readKey(file: string | undefined): Promise<Uint8Array | undefined> {
  return file === undefined ? undefined : await readBytes(file, 'key')
}

/** At most `limit` + 1 bytes of a regular file: enough to see that it is too long. */
export async function readUpTo(file: string, limit: number, kind?: keyof typeof LIMITS): Promise<Uint8Array> {
  return await readRegular(file, limit).catch(
    unreadable(kind === 'network' ? `${file}, the parameter file of --network` : file),
  )
}

/**
 * Throws E_USAGE where nothing lies there, or nothing that may be read: before a node is asked and anything is waited for.
 * Where a link leads is not looked at.
 */
export async function requireReadable(path: string): Promise<void> {
  const stats = await lstat(path).catch(unreadable(path))
  if (!stats.isSymbolicLink()) await access(path, constants.R_OK).catch(unreadable(path))
}

function unreadable(what: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const detail = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
    throw usageError(`cannot read ${what}: ${detail}`, { cause })
  }
}

/** Option parser: 32 bytes, a key or an id. */
export function hex32(text: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError('not 64 hex digits')
  return text.toLowerCase()
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

/** Option parser: HOST:PORT, an IPv6 address in brackets. */
export function address(text: string): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (match === null || port > 65_535) throw new InvalidArgumentError('write HOST:PORT')
  return { host: (match[1] as string).replace(/^\[(.*)\]$/, '$1'), port }
}
