import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { defaultCookieFile } from '../bitcoin/io/index.ts'
import { diskFiles, probeReplacing } from '../lib/io/index.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'
import { CONFIG_FILE, NETWORKS, networkFile } from './inputs.ts'
import { dataHome } from './places.ts'

type Env = CliContext['env']

/** The options by which any command names a file that it reads; a command's own options are given as they are. */
export interface FileOptions {
  readonly anchor?: string | undefined
  readonly arguments?: string | undefined
  readonly attestation?: readonly string[] | undefined
  readonly block?: string | undefined
  readonly blockFile?: readonly string[] | undefined
  readonly content?: readonly string[] | undefined
  readonly headers?: string | undefined
  readonly key?: string | undefined
  readonly network?: string | undefined
  readonly path?: string | undefined
  readonly prefix?: string | undefined
  readonly proof?: string | undefined
  readonly ptau?: string | undefined
  readonly rpcCookie?: string | undefined
  readonly wallet?: string | undefined
}

/**
 * That a result can be written is known before hours of work, not after. Nothing that is read is written over, no
 * wallet or cookie even where this command does not read it, and nothing inside a store.
 */
export async function requireWritable(
  file: string,
  env: Env,
  options: FileOptions,
  ...others: readonly string[]
): Promise<void> {
  if (file === '') throw usageError('cannot write a file without a name')
  const folder = dirname(file)
  const found = await stat(folder).catch(() => null)
  if (found === null || !found.isDirectory()) throw usageError(`there is no folder ${folder} to write ${file} in`)
  const there = await stat(file).catch(() => null)
  if (there !== null && !there.isFile()) throw usageError(`cannot write ${file}: it is no regular file`)
  await requireOutsideStores(file, folder)
  const secret = await findSame(file, await secrets(options, env))
  if (secret !== undefined) {
    throw usageError(`${file} holds a key, password or cookie (${secret}) and would be written over`)
  }
  const { anchor, block, headers, key, network, path, prefix, proof, ptau } = options
  const { attestation = [], blockFile = [], content = [] } = options
  const one = [anchor, options.arguments, block, headers, key, path, prefix, proof, ptau, networkFile(network)]
  const read = [...one, ...attestation, ...blockFile, ...content, ...others]
  const input = await findSame(file, [...read, env.WSC_KEY, env.WSC_PTAU, CONFIG_FILE])
  if (input !== undefined) throw usageError(`${file} is an input (${input}) and would be written over`)
  await probeReplacing(diskFiles, file).catch((cause: NodeJS.ErrnoException) => {
    throw usageError(`cannot write ${file}: ${cause.code}`, { cause })
  })
}

/** What is inscribed can be read by all, for ever: a key, password or cookie is not. */
export async function requirePublishable(file: string, env: Env, options: FileOptions): Promise<void> {
  const secret = await findSame(file, await secrets(options, env))
  if (secret !== undefined) throw usageError(`${file} holds a key, password or cookie (${secret}): it stays private`)
}

async function requireOutsideStores(file: string, folder: string): Promise<void> {
  const exists = async (path: string) => (await stat(path).catch(() => null)) !== null
  const real = await realpath(folder)
  for (const near of [real, dirname(real)]) {
    if ((await exists(join(near, 'version.json'))) && (await exists(join(near, 'index')))) {
      throw usageError(`cannot write ${file}: ${near} is a data directory`)
    }
  }
  // Every LevelDB has this file: those of jobs, index and history.
  if (await exists(join(real, 'CURRENT'))) throw usageError(`cannot write ${file}: ${real} is a store’s folder`)
}

/** What must neither be lost nor seen: this command's own, and those at the usual places of every network. */
async function secrets({ wallet, rpcCookie }: FileOptions, env: Env): Promise<(string | undefined)[]> {
  const home = dataHome(env)
  // Networks of a parameter file have their wallets here too.
  const customs = await readdir(home).catch(() => [])
  const networks = Object.keys(NETWORKS)
  return [
    wallet,
    env.WSC_WALLET,
    env.WSC_WALLET_PASSPHRASE_FILE,
    rpcCookie,
    env.WSC_RPC_COOKIE,
    env.WSC_RPC_PASSWORD_FILE,
    env.WSC_QUEUE_PASSWORD_FILE,
    ...[...networks, ...customs].map((network) => join(home, network, 'wallet.json')),
    ...networks.map((network) => defaultCookieFile(network)),
  ]
}

/** The first of these files that is this one: of the same name, or by whatever name or link the same inode. */
async function findSame(file: string, among: readonly (string | undefined)[]): Promise<string | undefined> {
  const own = await identity(file)
  for (const other of among) {
    if (other === undefined || other === '') continue
    const { inode, place } = await identity(other)
    if (place === own.place || (inode !== null && inode === own.inode)) return other
  }
  return undefined
}

async function identity(file: string): Promise<{ readonly inode: string | null; readonly place: string }> {
  const folder = dirname(resolve(file))
  const place = join(await realpath(folder).catch(() => folder), basename(file))
  const found = await stat(file, { bigint: true }).catch(() => null)
  return { inode: found && `${found.dev}:${found.ino}`, place }
}
