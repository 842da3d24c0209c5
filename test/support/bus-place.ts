import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { z } from 'zod'
import { cacheDirectory } from '../../src/proving/io/index.ts'
import { headerFile, mineChain } from '../bus/chain-fixture.ts'
import { type breach, provedJson, status, verified } from './bus-json.ts'
import { WscPlace } from './wsc-place.ts'

/** A place with chain state of its own. */
export class BusPlace extends WscPlace {
  private constructor(dir: string) {
    // The keys of everybody's cache, also where a test gives its own process another.
    super(dir, { XDG_DATA_HOME: join(dir, 'data'), XDG_CACHE_HOME: dirname(cacheDirectory()) })
  }

  static async make(): Promise<BusPlace> {
    return new BusPlace(await mkdtemp(join(tmpdir(), 'wsc-bus-')))
  }

  /** A header file of a freshly mined regtest chain. */
  regtestHeaders(name: string, count: number, salt = 0): Promise<string> {
    return this.put(name, headerFile(mineChain(count, salt).headers))
  }

  /** Proves, which must succeed; what `--json` said. */
  async prove(out: string, ...argv: string[]): Promise<z.infer<typeof provedJson>> {
    const run = await this.run('bus', 'prove', '--json', '--out', this.file(out), ...argv)
    if (run.exit !== 0) throw new Error(`wsc bus prove ${argv.join(' ')}: exit ${run.exit}\n${run.stderr}`)
    return provedJson.parse(JSON.parse(run.stdout))
  }

  async verify(file: string, ...argv: string[]): Promise<z.infer<typeof verified> & { exit: number | null }> {
    const run = await this.run('bus', 'verify', this.file(file), '--json', ...argv)
    if (run.exit !== 0 && run.exit !== 1) throw new Error(`wsc bus verify: exit ${run.exit}\n${run.stderr}`)
    return { exit: run.exit, ...verified.parse(JSON.parse(run.stdout)) }
  }

  async status(...argv: string[]): Promise<z.infer<typeof status>> {
    const run = await this.run('bus', 'status', '--json', ...argv)
    if (run.exit !== 0) throw new Error(`wsc bus status: exit ${run.exit}\n${run.stderr}`)
    return status.parse(JSON.parse(run.stdout))
  }
}

export type Breach = z.infer<typeof breach>

/** Waits until `condition` holds, looking every 20 ms. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, seconds = 120): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await delay(20)) {
    if (await condition()) return
  }
  throw new Error(`${what}: not within ${seconds} s`)
}
