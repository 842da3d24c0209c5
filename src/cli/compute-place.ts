import { join } from 'node:path'
import { Option } from 'commander'
import type { NetworkParams } from '../bitcoin/index.ts'
import type { CliContext } from './context.ts'
import { dataHome } from './places.ts'

export const computeDirOption = () =>
  new Option(
    '--compute-dir <D>',
    'state of a compute node, and the key that peers know it by (default: $XDG_DATA_HOME/wsc/<network>/compute)',
  ).env('WSC_COMPUTE_DIR')

/** Where what a compute node keeps of a network lies. */
export interface ComputePlaces {
  readonly folder: string
  /** The key that peers know it by. */
  readonly identity: string
}

export function computePlaces(dir: string | undefined, params: NetworkParams, { env }: CliContext): ComputePlaces {
  const folder = dir ?? join(dataHome(env), params.name, 'compute')
  return { folder, identity: join(folder, 'peer.json') }
}
