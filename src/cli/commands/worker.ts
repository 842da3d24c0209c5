import type { Command } from 'commander'
import {
  inputFolder,
  jobProver,
  type Program,
  QueueWorker,
  StreamCheckpoints,
  StreamEngines,
  serverName,
} from '../../compute/io/index.ts'
import { aborted, bytesToHex } from '../../lib/index.ts'
import { requireAcceptedPrograms, requireGraphSetup } from '../accepted-program.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { type GraphRunOptions, graphRunOptions, withGraphHeaders } from '../graph-place.ts'
import { requireOneSource } from '../header-place.ts'
import { readNetwork } from '../inputs.ts'
import { streamsFolder } from '../places.ts'
import { count, type QueueOptions, queueOption, queuePasswordOption, readQueue } from '../queue-place.ts'
import { jsonLine } from '../text.ts'

interface Options extends GraphRunOptions, Partial<QueueOptions> {
  readonly graph: readonly string[]
  readonly inputs?: string
  readonly concurrency: number
  readonly grace: number
  readonly lostAfter: number
  readonly ptau?: string
  readonly insecureDevSetup?: boolean
  readonly json?: boolean
}

const HELP = `
Any number of workers take jobs from one server. A worker proves by the programs of its own folders alone, whatever a job
says. The first signal ends it once its jobs are done, or given back where that takes longer than --grace.
`

export const addWorker: AddCommand = (parent, run) => {
  const command = parent
    .command('worker')
    .description('take proving jobs from a queue that other machines share (docs/queue.md)')
  addOptions(command, queueOption(), queuePasswordOption())
    .requiredOption('--graph <DIR...>', 'folders of the graphs whose jobs it takes (required)')
    .option('--inputs <DIR>', 'where inputs lie that jobs name by their SHA-256')
    .option('--concurrency <N>', 'jobs at a time; one proof takes every core', count, 1)
    .option('--grace <SECONDS>', 'how long a stop waits for jobs before it gives them back', count, 20)
    .option('--lost-after <SECONDS>', 'whose worker is silent for so long, that job is given to another', count, 30)
  addOptions(command, ...graphRunOptions(), shared.ptau(), shared.insecureDevSetup(), shared.json())
    .addHelpText(
      'after',
      HELP + examples('worker --queue redis://127.0.0.1:6379 --graph graphs/digits --network regtest'),
    )
    .action(run(work))
}

async function work(context: CliContext, options: Options, command: Command): Promise<ExitCode> {
  requireOneSource(options, command)
  const { terminal, signal, env } = context
  const { queue, graph: folders, inputs, concurrency, grace, lostAfter } = options
  if (queue === undefined) throw usageError('give --queue URL, or WSC_QUEUE')
  const params = await readNetwork(options.network)
  for (const folder of folders) await requireGraphSetup(folder, params, options, context)
  const server = await readQueue({ ...options, queue }, context)
  const programs = new Map<string, Program>()
  for (const program of await requireAcceptedPrograms(folders, params, options, context)) {
    programs.set(bytesToHex(program.id), program)
  }
  const engines = new StreamEngines()
  const prove = jobProver({
    open: async (id) => programs.get(id) ?? null,
    withHeaders: async (height, stop, work) => {
      const done = await withGraphHeaders({ ...options, height }, { ...context, signal: stop }, async (headers) => ({
        ok: true as const,
        value: await work(headers),
      }))
      if (done.ok) return done.value
      throw usageError(`${done.reject} at height ${done.height}: ${done.detail}`)
    },
    ...{ checkpoints: new StreamCheckpoints(streamsFolder(env, params)), engines },
    stored: inputs === undefined ? undefined : inputFolder(inputs),
  })
  const worker = new QueueWorker(server, prove, { concurrency, graceMs: 1_000 * grace, lockMs: 1_000 * lostAfter })
  show(worker, context, options)
  await worker.start(signal)
  try {
    const served = [...programs].map(([id, { manifest }]) => ({ program: id, name: manifest.name }))
    if (options.json) terminal.result(jsonLine({ queue: serverName(server), served }))
    else {
      for (const { program, name } of served) terminal.result(`serves ${name}  ${program}`)
      terminal.result(`takes jobs from ${serverName(server)}`)
    }
    await aborted(signal)
  } finally {
    await worker.stop()
    await engines.close()
  }
  return EXIT.interrupted
}

/** All that a worker tells, on the terminal. */
function show({ events }: QueueWorker, { terminal }: CliContext, { json }: Options): void {
  const tell = (event: 'taken' | 'done' | 'failed' | 'cancelled' | 'returned', id: string, more: object, line = '') =>
    terminal.result(json ? jsonLine({ event, id, ...more }) : `${event.padEnd(9)} ${id}${line}`)
  events.on('taken', ({ job: { id, program, height } }) =>
    tell('taken', id, { program, height }, `  program ${program.slice(0, 8)}…  height ${height}`),
  )
  events.on('done', ({ job: { id }, bytes }) => tell('done', id, { bytes }, `  ${bytes} bytes`))
  events.on('failed', ({ job: { id }, error }) => tell('failed', id, error, `  ${error.detail} (${error.code})`))
  events.on('cancelled', ({ job: { id } }) => tell('cancelled', id, {}))
  events.on('returned', ({ job: { id } }) => tell('returned', id, {}))
  events.on('down', ({ detail }) => terminal.note(detail))
  events.on('up', () => terminal.note('the server of the queue is back'))
  events.on('warning', ({ detail }) => terminal.note(detail))
}
