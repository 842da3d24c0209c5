import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startContext } from '../../bitcoin/index.ts'
import type { ChainStart } from '../../bus/index.ts'
import {
  genesisStart,
  History,
  type HistoryStart,
  type HistoryTable,
  historyOwner,
  memoryTable,
  openLevelTable,
} from '../../bus/io/index.ts'
import type { CliContext } from '../context.ts'
import { dataDir } from '../places.ts'
import type { Judge } from '../proved-chain.ts'

export function chainStart({ params, anchor }: Judge): ChainStart {
  const { height, hash } = anchor ?? startContext(params)
  return { kind: anchor === undefined ? 'genesis' : 'anchor', height, hash }
}

const historyStart = ({ params, anchor }: Judge): HistoryStart => anchor ?? genesisStart(params)

export function openHistory(judge: Judge, table: HistoryTable): Promise<History> {
  return History.open(historyStart(judge), table, judge.verifier)
}

/** The history store below the data directory; `name` is the prover's `history`, or the server's own. */
export async function historyTable(
  given: string | undefined,
  name: 'history' | 'serve',
  judge: Judge,
  { env }: CliContext,
): Promise<HistoryTable> {
  const { params } = judge
  const dir = join(given ?? dataDir(env, params, chainStart(judge)), name)
  await mkdir(dir, { recursive: true })
  return await openLevelTable(dir, historyOwner(params, historyStart(judge)))
}

/** The prover's store; where a prover works with it, one in memory for this once. */
export async function sparedTable(given: string | undefined, judge: Judge, context: CliContext): Promise<HistoryTable> {
  try {
    return await historyTable(given, 'history', judge, context)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'E_LOCKED') throw error
    context.terminal.note('a prover holds the history store: made anew from the node’s headers, in memory')
    return memoryTable()
  }
}
