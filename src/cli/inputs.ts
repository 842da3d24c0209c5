import { open, readFile, stat } from 'node:fs/promises'
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
import { decodeAnchor, MAX_ANCHOR_BYTES } from '../bus/index.ts'
import { UsageError } from './exit.ts'

const NETWORKS: Readonly<Record<string, NetworkParams>> = { mainnet, testnet4, signet, regtest }

/** Mainnet unless named; anything with the ending .json is a custom network's file. */
export async function readNetwork(name = 'mainnet'): Promise<NetworkParams> {
  const known = Object.hasOwn(NETWORKS, name) ? NETWORKS[name] : undefined
  if (known !== undefined) return known
  if (!name.endsWith('.json')) {
    throw new UsageError(`there is no network "${name}": name ${Object.keys(NETWORKS).join(', ')} or a FILE.json`)
  }
  return loadCustomParams(await readText(name, 1 << 20))
}

/** For commands that prove: testnet4's rules are checked natively only. */
export function requireProvable(params: NetworkParams): NetworkParams {
  if (params.provable) return params
  throw new UsageError(`${params.name} cannot be proved: its rules are checked natively only`)
}

export async function readAnchor(file: string | undefined, params: NetworkParams): Promise<ChainContext | undefined> {
  if (file === undefined) return undefined
  const result = decodeAnchor(params, await readText(file, MAX_ANCHOR_BYTES))
  if (result.ok) return result.context
  throw new UsageError(`${file} is no usable anchor: ${result.detail}`)
}

export async function readBytes(file: string): Promise<Uint8Array> {
  return await readFile(file).catch((cause) => {
    throw new UsageError(`cannot read ${file}: ${(cause as Error).message}`, { cause })
  })
}

/** At most `limit` + 1 bytes: enough to see that a file is too long without reading all of it. */
export async function readUpTo(file: string, limit: number): Promise<Uint8Array> {
  try {
    await using handle = await open(file)
    const buffer = new Uint8Array(limit + 1)
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return buffer.slice(0, length)
  } catch (cause) {
    throw new UsageError(`cannot read ${file}: ${(cause as Error).message}`, { cause })
  }
}

async function readText(file: string, limit: number): Promise<string> {
  return new TextDecoder().decode(await readUpTo(file, limit))
}

/** That a result can be written is known before hours of work, not after. */
export async function requireFolder(file: string): Promise<void> {
  const folder = dirname(file)
  const found = await stat(folder).catch(() => null)
  if (found === null || !found.isDirectory()) throw new UsageError(`there is no folder ${folder} to write ${file} in`)
}

/** Option parser: a height. */
export function height(text: string): number {
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) > 0xffff_ffff) throw new InvalidArgumentError('not a height')
  return Number(text)
}

/** Option parser: an amount of work, hexadecimal as `verify` prints it. */
export function work(text: string): bigint {
  if (!/^(0x)?[0-9a-fA-F]{1,64}$/.test(text)) throw new InvalidArgumentError('not a hexadecimal number')
  return BigInt(text.startsWith('0x') ? text : `0x${text}`)
}
