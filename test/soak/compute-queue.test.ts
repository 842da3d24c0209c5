import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ComputeNetwork } from '../support/compute-network.ts'
import { findQueueServer, LocalQueueServer } from '../support/queue-server.ts'
import { startWsc, type WscRun } from '../support/wsc.ts'

const program = findQueueServer()

describe.skipIf(program === undefined)('a node of the compute network whose proofs others make', () => {
  let network: ComputeNetwork
  let server: LocalQueueServer
  const workers: WscRun[] = []
  beforeAll(async () => {
    network = await ComputeNetwork.make()
    server = await LocalQueueServer.start(program as string)
  }, 120_000)
  afterAll(async () => {
    for (const { child, done } of workers) {
      child.kill('SIGKILL')
      await done
    }
    await network?.remove()
    await server?.close()
  })

  const startWorker = async () => {
    const argv = ['worker', '--queue', server.url, '--graph', network.graph, '--lost-after', '2', '--json']
    const worker = startWsc(argv, network.place.env)
    workers.push(worker)
    await worker.line('"served"')
    return worker
  }

  test('by workers of a queue: one is killed while it proves, the server too, and each block has its result', {
    timeout: 300_000,
  }, async () => {
    const first = await startWorker()
    // Nobody is registered: it proves after four slots.
    const node = await network.start('ash', '--slot-seconds', '0.1', '--queue', server.url)
    const has = (height: number) => node.until(`result at ${height}`, (one) => one.result?.height === height)
    await has(await network.due())
    await first.line('"done"')
    const height = await network.mine()
    await first.line('"taken"')
    first.child.kill('SIGKILL')
    await server.kill()
    await server.startAgain()
    const second = await startWorker()
    await has(height)
    await second.line('"done"')
    expect(node.results(height)).toMatchObject([{ from: null }])
  })
})
