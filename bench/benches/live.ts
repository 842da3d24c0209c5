import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RegtestBitcoind } from '../../bitcoin-regtest/index.ts'
import type { Bench } from '../bench.ts'
import { megabytes, type Quantity, ratio } from '../support/quantity.ts'
import { median, summary } from '../support/statistics.ts'
import type { Timing } from '../support/timing.ts'
import { wallAndCpu } from '../support/timing.ts'
import { type RunningWsc, startWsc } from '../support/wsc.ts'

const BLOCKS_BEFORE = 10
/** What a client asks a server for with each new block. */
const ASKED = ['/v1/proof', '/v1/state', '/v1/path/3', '/v1/path/7', '/v1/attest/header/5']

export const live: Bench = {
  name: 'live',
  title: 'From a block to a new proof',
  about:
    '`wsc bus follow` on a real regtest node: from the answer of the call that mined one block to the line that says its ' +
    'proof is verified and in place. Contains noticing the block, witness, folding, checkpoint, compressing, verifying. ' +
    'Beside it the same with `--serve`, and `wsc bus serve` on the file of the first: with each block a client waits ' +
    `until its proof is served, then asks for ${ASKED.join(', ')}.`,
  async run({ quick, scratch, say }) {
    await using alone = await Follower.start(join(scratch, 'alone'), [])
    await using both = await Follower.start(join(scratch, 'both'), ['--serve', '127.0.0.1:0'])
    const served = await both.listening()
    say(`catching up ${BLOCKS_BEFORE} blocks`)
    await alone.proofOf(BLOCKS_BEFORE)
    await both.proofOf(BLOCKS_BEFORE)
    const serving = alone.serve()
    try {
      const beside = String((await serving.line())?.listening)
      const rows = { alone: [] as Timing[], both: [] as Timing[], beside: [] as number[] }
      const inside: number[] = []
      for (let i = 1; i <= (quick ? 1 : 7); i++) {
        const height = BLOCKS_BEFORE + i
        say(`block ${i}`)
        const servedBefore = await cpuOf(serving)
        const single = await alone.block(height)
        inside.push(single.inside)
        rows.alone.push(single)
        await ask(beside, height)
        rows.beside.push((await cpuOf(serving)) - servedBefore)
        // Their CPU is told in ticks, so that each takes all of what its block needs.
        const before = await cpuOf(both.wsc)
        const { wall } = await both.block(height)
        await ask(served, height)
        rows.both.push({ wall, cpu: (await cpuOf(both.wsc)) - before })
      }
      const cpu = (timings: readonly Timing[]) => median(timings.map((timing) => timing.cpu))
      const besideCpu = summary(rows.beside, 's')
      return {
        tables: [
          {
            columns: ['', 'wall', 'CPU', 'CPU, of following alone'],
            rows: [
              ['block to verified new proof', ...wallAndCpu(rows.alone), ratio(1)],
              ['… without noticing the block', summary(inside, 's'), '', ''],
              [
                'the same, and serving it, in one process',
                ...wallAndCpu(rows.both),
                ratio(cpu(rows.both) / cpu(rows.alone)),
              ],
              [
                '`wsc bus serve` beside, in a process of its own',
                '',
                besideCpu,
                ratio((cpu(rows.alone) + besideCpu.value) / cpu(rows.alone)),
              ],
              ['peak memory of `wsc bus follow`', await peakOf(alone.wsc), '', ''],
              ['… with `--serve`', await peakOf(both.wsc), '', ''],
            ],
          },
        ],
        notes: [
          'A block comes every 600 s on mainnet. The nodes are private and idle; CPU seconds are those of the process. The ' +
            'last column for the two processes is of both together.',
        ],
      }
    } finally {
      await serving.stop()
    }
  },
}

/** `wsc bus follow` on a node of its own. */
class Follower {
  readonly wsc: RunningWsc
  readonly #node: RegtestBitcoind
  readonly #home: string

  private constructor(node: RegtestBitcoind, home: string, wsc: RunningWsc) {
    this.#node = node
    this.#home = home
    this.wsc = wsc
  }

  static async start(home: string, more: readonly string[]): Promise<Follower> {
    const node = await RegtestBitcoind.start()
    await node.mine(BLOCKS_BEFORE)
    await mkdir(home)
    const args = [...argumentsFor('follow', node, home), '--out', join(home, 'current.proof'), ...more]
    return new Follower(node, home, startWsc(args, home))
  }

  /** A server of its proof file. */
  serve(): RunningWsc {
    const from = ['--proof', join(this.#home, 'current.proof'), '--listen', '127.0.0.1:0']
    const args = [...argumentsFor('serve', this.#node, this.#home), ...from]
    return startWsc(args, this.#home)
  }

  /** The address that it serves at. */
  async listening(): Promise<string> {
    return String((await this.#line())?.listening)
  }

  /** Waits for the proof of a height; the seconds that following itself says it took. */
  async proofOf(height: number): Promise<number> {
    for (;;) {
      const line = await this.#line()
      if (line.height === height) return Number(line.seconds)
    }
  }

  /** Mines a block and waits for its proof. */
  async block(height: number): Promise<Timing & { readonly inside: number }> {
    await this.#node.mine(1)
    const before = await cpuOf(this.wsc)
    const began = performance.now()
    const inside = await this.proofOf(height)
    const wall = (performance.now() - began) / 1000
    return { wall, inside, cpu: (await cpuOf(this.wsc)) - before }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.wsc.stop()
    await this.#node[Symbol.asyncDispose]()
  }

  async #line(): Promise<Record<string, unknown>> {
    const line = await this.wsc.line()
    if (line === undefined) throw new Error('wsc bus follow ended')
    return line
  }
}

function argumentsFor(command: string, node: RegtestBitcoind, home: string): string[] {
  const to = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file]
  return ['bus', command, ...to, '--data-dir', join(home, 'data'), '--json']
}

const cpuOf = async (wsc: RunningWsc): Promise<number> => (await wsc.usage())?.cpuSeconds ?? 0

async function peakOf(wsc: RunningWsc): Promise<Quantity | string> {
  const usage = await wsc.usage()
  return usage === undefined ? 'unknown' : megabytes(usage.peakBytes)
}

/** Waits until a server serves the proof of a height, then asks for everything once. */
async function ask(url: string, height: number): Promise<void> {
  for (;;) {
    const state = (await (await fetch(`${url}/v1/state`)).json()) as { height?: number }
    if (state.height === height) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  for (const path of ASKED) {
    const answer = await fetch(url + path)
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`)
  }
}
