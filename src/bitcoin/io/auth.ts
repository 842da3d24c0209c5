import { homedir } from 'node:os'
import { join } from 'node:path'
import { errorCode, WscError } from '../../lib/index.ts'
import { readRegular } from '../../lib/io/index.ts'
import { BitcoindError } from './errors.ts'

/** How the client proves itself: bitcoind's own cookie file (`user:password` in one line), or a fixed pair. */
export type BitcoindAuth =
  | { readonly kind: 'cookie'; readonly file: string }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }

/** A cookie is about 75 bytes; a path given by mistake may be anything. */
const MAX_COOKIE_BYTES = 4096

/** Sub-directory of the data directory (Core: chainparamsbase.cpp). Custom signets share signet's. */
const NETWORK_DIRS: Readonly<Record<string, string>> = {
  mainnet: '',
  testnet4: 'testnet4',
  signet: 'signet',
  regtest: 'regtest',
}

/** bitcoind's default data directory (Core: common/args.cpp, GetDefaultDataDir). */
export function defaultDataDir(home = homedir(), platform: NodeJS.Platform = process.platform): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Bitcoin')
  if (platform === 'win32') return join(home, 'AppData', 'Local', 'Bitcoin')
  return join(home, '.bitcoin')
}

/** Where bitcoind of a network leaves its cookie; networks unknown to bitcoind can only be custom signets. */
export function defaultCookieFile(network: string, dataDir = defaultDataDir()): string {
  const known = Object.hasOwn(NETWORK_DIRS, network) ? NETWORK_DIRS[network] : undefined
  return join(dataDir, known ?? 'signet', '.cookie')
}

export interface AuthSources {
  /** From a flag; wins over everything else. */
  cookieFile?: string | undefined
  /** Environment of the process; passwords are never taken from arguments, which other users can read. */
  env: Readonly<Record<string, string | undefined>>
  network: string
}

/**
 * Flag, then `WSC_RPC_COOKIE`, then `WSC_RPC_USER` with `WSC_RPC_PASSWORD` or `WSC_RPC_PASSWORD_FILE`, then bitcoind's
 * usual cookie file.
 */
export async function resolveAuth({ cookieFile, env, network }: AuthSources): Promise<BitcoindAuth> {
  const file = cookieFile ?? env.WSC_RPC_COOKIE
  if (file) return { kind: 'cookie', file }
  const user = env.WSC_RPC_USER
  if (!user) return { kind: 'cookie', file: defaultCookieFile(network) }
  if (env.WSC_RPC_PASSWORD !== undefined) return { kind: 'password', user, password: env.WSC_RPC_PASSWORD }
  if (!env.WSC_RPC_PASSWORD_FILE) {
    throw new BitcoindError('E_NODE_AUTH', 'WSC_RPC_USER needs WSC_RPC_PASSWORD_FILE or WSC_RPC_PASSWORD beside it.')
  }
  return { kind: 'password', user, password: await readLine(env.WSC_RPC_PASSWORD_FILE) }
}

/** Value of the Authorization header. Cookies are read anew on each call: a restarted node writes another. */
export async function authorization(auth: BitcoindAuth): Promise<string> {
  const pair = auth.kind === 'cookie' ? await readLine(auth.file) : `${auth.user}:${auth.password}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

async function readLine(path: string): Promise<string> {
  try {
    return textOf(await readRegular(path, MAX_COOKIE_BYTES)).split(/\r?\n/, 1)[0] ?? ''
  } catch (cause) {
    // The floor refuses nothing else; what the system refuses has a code of its own.
    const reason = cause instanceof WscError ? 'no regular file' : (errorCode(cause) ?? String(cause))
    const message = `Cannot read the credentials in ${path} (${reason}).`
    throw new BitcoindError('E_NODE_AUTH', message, { cause, cure: { act: 'credentials' } })
  }
}

/** As editors and shells write it: UTF-8 or, where a byte-order mark says so, UTF-16; the mark is no part of it. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes
  const mark = ((first ?? 0) << 8) | (second ?? 0)
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
