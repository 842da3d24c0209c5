import { type Command, CommanderError } from 'commander'
import type { Runner } from './command.ts'
import { applyConfig, leftOpen, readConfig, takenFromConfig } from './config.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode, explain } from './exit.ts'
import { anyFlag } from './has-flag.ts'
import { CONFIG_FILE } from './inputs.ts'
import { buildProgram, overrideExit } from './program.ts'

/** Runs one command line and gives its exit code; never throws. */
export async function runCli(argv: readonly string[], version: string, context: CliContext): Promise<ExitCode> {
  let exit: ExitCode = EXIT.valid
  let has = anyFlag
  const run: Runner =
    (work) =>
    async (...args) => {
      exit = await work(context, ...args)
    }
  const program = buildProgram(version, run)
  try {
    overrideExit(program)
    // Only before work that it could say something to: nothing else depends on a file that is broken.
    program.hook('preAction', async (_, command) => {
      has = (flag) => command.options.some(({ long }) => long === flag)
      if (leftOpen(command).length === 0) return
      applyConfig(command, await readConfig())
      for (const name of takenFromConfig(command)) {
        context.terminal.note(`${CONFIG_FILE} sets ${name}: ${command.getOptionValue(name)}`)
      }
    })
    await program.parseAsync(argv, { from: 'user' })
    return exit
  } catch (error) {
    const { exit: code, message } = explain(error, context.signal, has)
    if (message !== '') context.terminal.note(`wsc: ${message}`)
    const hint = hintFor(error, argv, program) ?? inputHint(error, argv)
    if (hint !== null) context.terminal.note(hint)
    return code
  } finally {
    context.terminal.settle()
  }
}

/** Who proves and who verifies reads no file: what a circuit reads is attested. */
function inputHint(error: unknown, [family, verb = '']: readonly string[]): string | null {
  if (!(error instanceof CommanderError) || error.code !== 'commander.unknownOption' || family !== 'graph') return null
  return ['prove', 'verify'].includes(verb) && error.message.includes("'--input'")
    ? 'what the circuit reads is attested: give --attestation FILE (wsc attest inscription); --input is for wsc graph exec, which proves nothing'
    : null
}

/** For a command of the bus that was called without `bus`. */
function hintFor(error: unknown, [name, ...rest]: readonly string[], program: Command): string | null {
  if (!(error instanceof CommanderError) || error.code !== 'commander.unknownCommand' || name === 'bus') return null
  const bus = program.commands.find((command) => command.name() === 'bus')
  const known = bus?.commands.some((command) => command.name() === name) === true
  return known ? `did you mean: wsc bus ${[name, ...rest].join(' ')}` : null
}
