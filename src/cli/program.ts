import type { Command } from 'commander'
import type { Runner } from './command.ts'
import { addAirdrop } from './commands/airdrop.ts'
import { addAttestHeader } from './commands/attest-header.ts'
import { addAttestInscription } from './commands/attest-inscription.ts'
import { addAttestOutput } from './commands/attest-output.ts'
import { addAttestRecords } from './commands/attest-records.ts'
import { addAttestRefresh } from './commands/attest-refresh.ts'
import { addAttestResult } from './commands/attest-result.ts'
import { addAttestTx } from './commands/attest-tx.ts'
import { addBusAnchor } from './commands/bus-anchor.ts'
import { addBusCheckpoint } from './commands/bus-checkpoint.ts'
import { addBusFetch } from './commands/bus-fetch.ts'
import { addBusFollow } from './commands/bus-follow.ts'
import { addBusProve } from './commands/bus-prove.ts'
import { addBusServe } from './commands/bus-serve.ts'
import { addBusStatus } from './commands/bus-status.ts'
import { addBusSync } from './commands/bus-sync.ts'
import { addBusVerify } from './commands/bus-verify.ts'
import { addCheck } from './commands/check.ts'
import { addCompute } from './commands/compute.ts'
import { addGraph } from './commands/graph.ts'
import { addInscribe } from './commands/inscribe.ts'
import { addInscriptionsIndex } from './commands/inscriptions-index.ts'
import { addInscriptionsScan } from './commands/inscriptions-scan.ts'
import { addResults } from './commands/results.ts'
import { addSetup } from './commands/setup.ts'
import { addStorage } from './commands/storage.ts'
import { addWallet } from './commands/wallet.ts'
import { addWorker } from './commands/worker.ts'
import { WscCommand } from './help-width.ts'

const EXIT_CODES = `
Exit codes: 0 valid, 1 invalid (or less work than asked for), 2 could not be judged, 130 interrupted (state saved).
Settings: flag, then environment (WSC_…), then wsc.config.json in the working directory. That file may set network,
rpc (of this machine), dataDir, ptau and partitionBits; never the key, the cookie, nor that an insecure setup will do.
`

export function buildProgram(version: string, run: Runner): Command {
  const program = new WscCommand('wsc')
    .description('A World Supercomputer on Bitcoin: one small proof for the whole header chain')
    .version(version)
    .addHelpText('after', EXIT_CODES)
  const bus = program
    .command('bus')
    .description('prove a header chain, follow a node, verify such proofs, serve and fetch them')
  for (const add of [
    addBusProve,
    addBusVerify,
    addBusFollow,
    addBusServe,
    addBusFetch,
    addBusSync,
    addBusStatus,
    addBusAnchor,
    addBusCheckpoint,
  ]) {
    add(bus, run)
  }
  const attest = program.command('attest').description('make small messages that verify offline under a bus proof')
  for (const add of [
    addAttestHeader,
    addAttestTx,
    addAttestOutput,
    addAttestInscription,
    addAttestRecords,
    addAttestResult,
    addAttestRefresh,
  ]) {
    add(attest, run)
  }
  addCheck(program, run)
  const inscriptions = program.command('inscriptions').description('inscriptions on Bitcoin')
  for (const add of [addInscriptionsScan, addInscriptionsIndex]) add(inscriptions, run)
  addInscribe(program, run)
  addWallet(program, run)
  addStorage(program, run)
  addGraph(program, run)
  addAirdrop(program, run)
  addCompute(program, run)
  addWorker(program, run)
  addResults(program, run)
  addSetup(program, run)
  return program
}

/** Ends by exception instead of ending the process, in every sub-command. */
export function overrideExit(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) overrideExit(child)
}
