import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../bitcoin-regtest/process.ts'
import { encodeField } from '../../src/bus/index.ts'
import { decodeResult } from '../../src/compute/index.ts'
import { compileGraph, type OnceOfKeys, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { ATTESTED_INPUT } from '../../src/compute/io/queue/prove-job.ts'
import { ServerQueue } from '../../src/compute/io/queue/server-queue.ts'
import type { ProvingJob } from '../../src/compute/queue/job.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { findQueueServer, LocalQueueServer } from '../support/queue-server.ts'
import { startWsc, type WscRun } from '../support/wsc.ts'

const program = findQueueServer()
const digits = fileURLToPath(new URL('../../graphs/digits', import.meta.url))
const PASSWORD = 'not-for-logs'
const JOBS = 6

/** `wsc worker` as processes, and a real server, which are killed without a word while they prove. */
describe.skipIf(program === undefined)('proving jobs on a server', () => {
  let dir: string
  let passwordFile: string
  let graph: OnceOfKeys
  let server: LocalQueueServer
  const workers: WscRun[] = []

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wsc-queue-kill-'))
    passwordFile = join(dir, 'password')
    await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 })
    const made = await setUpGraph(await compileGraph(await readGraph(digits)))
    if (made.kind !== 'circuit') throw new Error('digits is a circuit')
    graph = made
    server = await LocalQueueServer.start(program as string, [], PASSWORD)
  })
  afterEach(async () => {
    for (const { child, done } of workers.splice(0)) {
      child.kill('SIGKILL')
      await done
    }
  })
  afterAll(async () => {
    await server?.close()
    await rm(dir, { recursive: true, force: true })
  })

  const startWorker = (...more: string[]) => {
    const at = ['--queue', server.url, '--queue-password-file', passwordFile, '--lost-after', '2']
    const worker = startWsc(['worker', ...at, '--graph', digits, '--network', 'regtest', '--json', ...more])
    workers.push(worker)
    return worker
  }

  const jobOf = (n: number): ProvingJob => ({
    ...{ id: n.toString(16).padStart(64, 'a'), program: bytesToHex(graph.id), kind: 'circuit' },
    ...{ height: 100 + n, blockHash: n.toString(16).padStart(64, '0'), priority: 0, attempts: 2 },
    inputs: [{ name: ATTESTED_INPUT, bytes: new Uint8Array(784).fill(n) }],
  })

  /** A proof that holds, of this job. */
  const requireProof = async (job: ProvingJob, bytes: Uint8Array) => {
    const read = decodeResult(bytes)
    if (!read.ok || read.result.kind !== 'circuit') throw new Error('no result of a circuit')
    expect(read.result.height).toBe(job.height)
    expect(await graph.verifier.verify(read.result.proof, encodeField(read.result.values))).toMatchObject({ ok: true })
  }

  test('a worker and the server are killed while proving: nothing is lost, and each job counts once', async () => {
    const queue = new ServerQueue(server.place, { sweepMs: 500 })
    const done: string[] = []
    const failed: unknown[] = []
    queue.events.on('done', ({ id }) => done.push(id))
    queue.events.on('failed', (event) => failed.push(event))
    await queue.start()
    const [first, second] = [startWorker(), startWorker()]
    await Promise.all([first.line('"served"'), second.line('"served"')])
    const jobs = Array.from({ length: JOBS }, (_, n) => jobOf(n))
    for (const job of jobs) await queue.submit(job)
    await first.line('"taken"')
    first.child.kill('SIGKILL')
    await second.line('"taken"')
    const isBack = new Promise((resolve) => queue.events.on('up', resolve))
    await server.kill()
    await server.startAgain()
    await isBack
    for (const job of jobs) await expect.poll(() => done, { timeout: 60_000 }).toContain(job.id)
    for (const job of jobs) await requireProof(job, await queue.result(job.id))
    expect(done.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
    expect(failed).toEqual([])
    await queue.stop()
    expect(second.stderr()).not.toContain(PASSWORD)
  })

  test('the first signal ends a worker in order, and the server that was emptied is given its jobs again', async () => {
    const queue = new ServerQueue(server.place, { sweepMs: 500 })
    await queue.start()
    const job = jobOf(50)
    await queue.submit(job)
    await server.kill()
    await server.forget()
    await server.startAgain()
    const worker = startWorker()
    await worker.line('"taken"')
    worker.child.kill('SIGTERM')
    const { exit, stdout, stderr } = await worker.done
    expect(exit).toBe(130)
    expect(stdout.match(/"event":"(done|returned)"/g)?.length).toBe(1)
    expect(stdout + stderr).not.toContain(PASSWORD)
    startWorker()
    await requireProof(job, await queue.result(job.id))
    await queue.stop()
  })

  test('a wrong password, a password in the address, no server: exit 2, and what to do', async () => {
    const about = ['--graph', digits, '--network', 'regtest']
    const wrong = await startWsc(['worker', '--queue', server.url, ...about]).done
    expect(wrong.exit).toBe(2)
    expect(wrong.stderr).toContain('E_QUEUE')
    const shown = await startWsc(['worker', '--queue', 'redis://a:secret@127.0.0.1', ...about]).done
    expect(shown.exit).toBe(2)
    expect(shown.stderr).toContain('holds no password')
    expect(shown.stderr).not.toContain('secret')
    const nobody = await startWsc(['worker', '--queue', `redis://127.0.0.1:${await freePort()}`, ...about]).done
    expect(nobody.exit).toBe(2)
    expect(nobody.stderr).toContain('ECONNREFUSED')
    expect(nobody.stderr).toContain('E_QUEUE_DOWN')
  })
})
