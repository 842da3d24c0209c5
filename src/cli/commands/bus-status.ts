import { startContext, toDisplay } from '../../bitcoin/index.ts'
import type { ChainStart } from '../../bus/index.ts'
import { type BusStatus, readStatus } from '../../bus/io/index.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { shared } from '../config.ts'
import { EXIT, usageError } from '../exit.ts'
import { readAnchor, readNetwork } from '../inputs.ts'
import { dataDir } from '../places.ts'
import { duration } from '../terminal.ts'
import { jsonLine } from '../text.ts'

interface Options {
  readonly network?: string
  readonly anchor?: string
  readonly dataDir?: string
  readonly json?: boolean
}

export const addBusStatus: AddCommand = (parent, run) => {
  parent
    .command('status')
    .description('what a prover is at, from its data directory; takes no lock')
    .addOption(shared.network())
    .addOption(shared.anchor())
    .addOption(shared.dataDir())
    .addOption(shared.json())
    .addHelpText('after', examples('bus status --network regtest', 'bus status --data-dir ./state --json'))
    .action(
      run(async ({ terminal, env }, options: Options) => {
        const params = await readNetwork(options.network)
        const anchor = await readAnchor(options.anchor, params)
        const { height, hash } = anchor ?? startContext(params)
        const start: ChainStart = { kind: anchor === undefined ? 'genesis' : 'anchor', height, hash }
        const dir = options.dataDir ?? dataDir(env, params, start)
        const status = await readStatus(dir, isAlive)
        if (status === null) {
          terminal.note(`nothing was proved in ${dir} yet`)
          return EXIT.unjudged
        }
        requireSame(dir, status, options.network === undefined ? undefined : params.name, anchor && start)
        if (options.json) terminal.result(jsonLine(status))
        else for (const line of describe(status)) terminal.result(line)
        return EXIT.valid
      }),
    )
}

/** What was asked for and what lies there must be one chain. */
function requireSame(dir: string, status: BusStatus, network: string | undefined, start: ChainStart | undefined): void {
  if (network !== undefined && network !== status.network) {
    throw usageError(`${dir} holds a chain of ${status.network}, not of ${network} as --network says`)
  }
  const { kind, height, hash } = status.start
  if (start !== undefined && (kind !== 'anchor' || hash !== toDisplay(start.hash))) {
    const asked = `the anchor at height ${start.height} that --anchor names`
    throw usageError(`${dir} holds a chain from ${kind} at height ${height}, not from ${asked}`)
  }
}

function describe(status: BusStatus): string[] {
  const { start, checkpoints, lastProof } = status
  const newest = checkpoints[0]
  return [
    `network      ${status.network}`,
    `start        ${start.kind} at height ${start.height}, ${start.hash}`,
    `prover       ${status.running ? `running, process ${status.pid}` : 'not running'}`,
    `height       ${status.height ?? newest?.height ?? start.height}`,
    `tip          ${status.tip ?? 'not known yet'}`,
    `checkpoints  ${checkpoints.length}${newest === undefined ? '' : `, the newest at height ${newest.height}`}`,
    `last proof   ${lastProof === null ? 'none' : `height ${lastProof.height}, ${lastProof.bytes} bytes, ${lastProof.file}`}`,
    `eta          ${eta(status)}`,
  ]
}

/** Until a prover has folded or published anything, its height is not known, nor what there is to do. */
function eta({ height, etaSeconds, to }: BusStatus): string {
  if (etaSeconds !== null) return `${duration(etaSeconds)} to height ${to}`
  return height === null ? 'not known yet' : 'nothing to catch up'
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
