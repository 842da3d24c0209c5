import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../lib/io/index.ts'
import { EXIT } from './exit.ts'
import { watchSignals } from './interrupt.ts'
import { runCli } from './run.ts'
import { openTerminal } from './terminal.ts'

// The whole program: bin/wsc.js imports this file and nothing else.
const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  version: string
}
const stop = new AbortController()
// The first asks for an orderly end, the second does not wait for it.
watchSignals(
  (signal) => stop.abort(new Error(`interrupted by ${signal}`)),
  () => process.exit(EXIT.interrupted),
)
// Exit code 1 says that something is invalid; whatever else goes wrong judged nothing.
const unjudged = (error: unknown) => {
  process.stderr.write(`wsc: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(EXIT.unjudged)
}
process.on('uncaughtException', unjudged)
process.on('unhandledRejection', unjudged)
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that closes the pipe early (`wsc … | head`) is no error; a result that cannot be written is.
  if (error.code !== 'EPIPE') unjudged(error)
})
process.stderr.on('error', () => undefined)

process.exitCode = await runCli(process.argv.slice(2), version, {
  terminal: openTerminal(),
  env: process.env,
  signal: stop.signal,
  clock: Date.now,
})
