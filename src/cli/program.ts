import { Command } from 'commander'
import type { Runner } from './command.ts'
import { addBusAnchor } from './commands/bus-anchor.ts'
import { addBusCheckpoint } from './commands/bus-checkpoint.ts'
import { addBusFollow } from './commands/bus-follow.ts'
import { addBusProve } from './commands/bus-prove.ts'
import { addBusStatus } from './commands/bus-status.ts'
import { addBusVerify } from './commands/bus-verify.ts'
import { addSetup } from './commands/setup.ts'

const EXIT_CODES = `
Exit codes: 0 valid, 1 invalid (or less work than asked for), 2 could not be judged, 130 interrupted (state saved).
Settings: flag, then environment (WSC_…), then wsc.config.json in the working directory. That file may set network,
rpc (of this machine), dataDir and ptau; never the key, the cookie, nor that an insecure setup will do.
`

export function buildProgram(version: string, run: Runner): Command {
  const program = new Command('wsc')
    .description('A World Supercomputer on Bitcoin: one small proof for the whole header chain')
    .version(version)
    .addHelpText('after', EXIT_CODES)
  const bus = program.command('bus').description('prove a header chain, verify such proofs, follow a node')
  for (const add of [addBusProve, addBusVerify, addBusFollow, addBusStatus, addBusAnchor, addBusCheckpoint]) {
    add(bus, run)
  }
  addSetup(program, run)
  return program
}

/** Ends by exception instead of ending the process, in every sub-command. */
export function overrideExit(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) overrideExit(child)
}
