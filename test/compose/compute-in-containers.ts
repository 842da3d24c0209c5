import { expect, it } from 'vitest'
import { z } from 'zod'
import { bitcoinCli, COMPUTE, composed, inspect, logged, logLine } from './stack.ts'

const told = z.object({
  result: z.object({ identity: z.string(), height: z.int(), from: z.string().nullable() }),
})

/** Goes on from the tests of the bus: three nodes beside it that run a graph. */
export function computeInContainers(place: () => { readonly address: string }): void {
  it('one of three nodes proves a block’s result, and all have verified it', async () => {
    composed('up', '--detach', '--no-build', '--no-recreate', ...COMPUTE)
    await Promise.all(COMPUTE.map((service) => logLine(service, '"listening"')))
    for (const service of COMPUTE) {
      expect(inspect(service, '.HostConfig')).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'] })
    }
    // What each makes of the block that it began with is its own matter: they did not know of each other then.
    const began = Number(bitcoinCli('getblockcount'))
    await Promise.all(COMPUTE.map((service) => logLine(service, `"height":${began},"from"`)))
    bitcoinCli('generatetoaddress', '1', place().address)
    const height = began + 1
    await Promise.all(COMPUTE.map((service) => logLine(service, `"height":${height},"from"`)))
    const results = COMPUTE.flatMap((service) =>
      logged(service)
        .filter((line) => line.startsWith('{"result":'))
        .map((line) => told.parse(JSON.parse(line)).result)
        .filter((result) => result.height === height),
    )
    expect(results).toHaveLength(COMPUTE.length)
    expect(new Set(results.map(({ identity }) => identity)).size).toBe(1)
    expect(results.filter(({ from }) => from === null)).toHaveLength(1)
    composed('stop', ...COMPUTE)
  })
}
