import { InvalidArgumentError, Option } from 'commander'
import { parseServer, type QueueServer } from '../compute/io/index.ts'
import { readPrivateFile } from '../lib/io/index.ts'
import type { CliContext } from './context.ts'
import { usageError } from './exit.ts'

export interface QueueOptions {
  readonly queue: string
  readonly queuePasswordFile?: string
}

/** Where proving jobs are kept. */
export const queueOption = (): Option =>
  new Option('--queue <URL>', 'the server of jobs, Valkey or Redis: redis://HOST:PORT/DATABASE, rediss:// for TLS').env(
    'WSC_QUEUE',
  )

export const queuePasswordOption = (): Option =>
  new Option(
    '--queue-password-file <FILE>',
    'first line: its password; nobody else may read the file (or WSC_QUEUE_PASSWORD)',
  ).env('WSC_QUEUE_PASSWORD_FILE')

const MAX_PASSWORD_FILE = 4_096

/** The server, with its password, which is never an argument: other users can read those. */
export async function readQueue(
  { queue, queuePasswordFile: file }: QueueOptions,
  { env }: CliContext,
): Promise<QueueServer> {
  const text =
    file === undefined ? null : await readPrivateFile(file, MAX_PASSWORD_FILE, (_, detail) => usageError(detail))
  const password = text === null ? env.WSC_QUEUE_PASSWORD : text.split(/\r?\n/, 1)[0]
  if (password === '') throw usageError('the password of the queue is empty')
  return parseServer(queue, password)
}

/** A whole number of at least one, below a million. */
export function count(text: string): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new InvalidArgumentError('not a whole number from 1 on')
  return Number(text)
}
