import { expect, it } from 'vitest'
import { composed, docker, logged, logLine, project } from './stack.ts'

/** Submits a job from a container on the network of jobs, and tells what became of it. */
const SUBMIT = `
  const { ServerQueue } = await import('/app/src/compute/io/queue/server-queue.ts')
  const { parseServer } = await import('/app/src/compute/io/queue/server.ts')
  const queue = new ServerQueue(parseServer('redis://queue:6379'))
  queue.events.on('warning', ({ detail }) => console.error(detail))
  await queue.start()
  const [program, ...ids] = process.argv.slice(1)
  for (const id of ids) {
    const inputs = [{ name: 'attested', bytes: new Uint8Array(784).fill(Number('0x' + id.slice(0, 2))) }]
    await queue.submit({ id, program, kind: 'circuit', height: 1, blockHash: id, inputs, priority: 0, attempts: 3 })
  }
  for (const id of ids) console.log(id, (await queue.result(id)).length)
  await queue.stop()
`
const IDS = ['11', '22', '33', '44'].map((byte) => byte.repeat(32))

it('two workers prove the jobs of a queue, one of which is killed', async () => {
  composed('up', '--detach', '--no-build', 'queue', 'worker-1', 'worker-2')
  const [first] = await Promise.all([logLine('worker-1', '"served"'), logLine('worker-2', '"served"')])
  const { served } = JSON.parse(first) as { readonly served: readonly { readonly program: string }[] }
  const submit = (...ids: string[]) =>
    docker(
      ...[
        'run',
        '--rm',
        '--network',
        `${project}_jobs`,
        '--read-only',
        '--entrypoint',
        '/usr/local/bin/node',
        'wsc-prover',
      ],
      ...['--input-type=module', '-e', SUBMIT, served[0]?.program as string, ...ids],
    )
  const before = submit(...IDS.slice(0, 2))
  expect(before.exit, before.stderr).toBe(0)
  expect(before.stderr).not.toContain('may lose')
  composed('kill', '--signal', 'KILL', 'worker-1')
  composed('kill', '--signal', 'KILL', 'queue')
  composed('up', '--detach', '--no-build', '--wait', 'queue')
  const after = submit(...IDS)
  expect(after.exit, after.stderr).toBe(0)
  expect(
    after.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(IDS)
  expect(logged('worker-2').some((line) => line.includes('"done"'))).toBe(true)
  composed('stop', 'queue', 'worker-2')
})
