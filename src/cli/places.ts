import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { type NetworkParams, toDisplay } from '../bitcoin/index.ts'
import type { ChainStart } from '../bus/index.ts'

type Env = Readonly<Record<string, string | undefined>>

/** `$XDG_DATA_HOME/wsc`, by default `~/.local/share/wsc`. A relative value is to be ignored (XDG base directories). */
export function dataHome(env: Env): string {
  const base = env.XDG_DATA_HOME
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.local', 'share'), 'wsc')
}

/** Where the state of one chain, from one start, lives unless `--data-dir` says otherwise. */
export function dataDir(env: Env, params: NetworkParams, start: ChainStart): string {
  const from = start.kind === 'genesis' ? 'genesis' : `anchor-${start.height}-${toDisplay(start.hash).slice(-16)}`
  return join(dataHome(env), params.name, from)
}

/** Where the folding of streams can be gone on with. */
export function streamsFolder(env: Env, params: NetworkParams): string {
  return join(dataHome(env), params.name, 'streams')
}
