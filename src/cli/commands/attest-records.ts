import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeAttestation, poseidonOf, verifyAttestation } from '../../bus/index.ts'
import { errorCode, type Rejection, rejection } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import type { IndexEntry, Query } from '../../settlement/io/index.ts'
import { attestorOf } from '../attest/open-attestor.ts'
import type { AttestOptions } from '../attest/write-attestation.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, bitcoindOptions, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../exit.ts'
import { height, hex32 } from '../inputs.ts'
import { type IndexOptions, recordKind, withIndexService } from '../inscription-index.ts'
import { openJudge, readProof } from '../proved-chain.ts'
import { tellRefused } from '../refused.ts'
import { jsonLine, plural } from '../text.ts'
import { settlementDirOption } from '../wallet-place.ts'

type Options = Omit<AttestOptions, 'block' | 'headers' | 'peer'> & IndexOptions & Query

export const addAttestRecords: AddCommand = (parent, run) => {
  const command = parent
    .command('records')
    .description('attest every signed record up to the proof’s height, or those of one program or kind, in a folder')
    .requiredOption('--proof <FILE>', 'the bus proof under which they are to be checked (required)')
    .requiredOption('--out <DIR>', 'a new folder, which gets a file for each (required)')
    .option('--program <ID>', 'of this program alone (64 hex digits)', hex32)
    .option('--kind <K>', 'of this kind alone', recordKind)
    .option('--from <H>', 'in blocks from this height on', height)
    .option('--start-height <H>', 'where a new index begins (default: 767430 on mainnet, 0 elsewhere)', height)
  addOptions(command, ...judgeOptions(), ...bitcoindOptions(), shared.dataDir(), settlementDirOption())
    .addOption(shared.json())
    .addHelpText('after', examples('attest records --kind commitment --proof chain.proof --out records'))
    .action(run(attestRecords))
}

async function attestRecords(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) =>
    tellRefused(context, options, refusal, 'no attestations')
  const judge = await openJudge(options, context)
  const proved = await judge.verify(await readProof(options.proof))
  if (!proved.ok) return refuse(rejection(`proof:${proved.reject}`, proved.detail))
  const { chain } = proved
  const entries = await withIndexService(
    context,
    options,
    async (service) => {
      await service.caughtUp()
      const found: IndexEntry[] = []
      // Whether the seq of one counts is for who reads them to say: all are attested.
      for await (const entry of service.index.query({ ...options, records: false, to: chain.height })) {
        if (entry.record !== null) found.push(entry)
      }
      return found
    },
    true,
  )
  await mkdir(options.out).catch((cause) => {
    const why = errorCode(cause) === 'EEXIST' ? 'it is there already' : (cause as Error).message
    throw usageError(`cannot make the folder ${options.out}: ${why}`, { cause })
  })
  try {
    // Options of the index alone have another meaning there.
    const { startHeight: _, ...material } = options
    const opened = await attestorOf(material, judge, chain, context)
    try {
      for (const [i, { id, height: at }] of entries.entries()) {
        terminal.progress(`attested ${i} of ${entries.length}`)
        const made = await opened.attestor.attest({ kind: 'inscription', id, height: at }, signal)
        const checked = made.ok ? verifyAttestation(made.attestation, chain, poseidonOf(judge.verifier)) : made
        if (!made.ok || !checked.ok) return await discard(options.out, refuse(checked as Rejection))
        await writeAtomic(diskFiles, join(options.out, fileOf(i)), encodeAttestation(made.attestation))
      }
    } finally {
      await opened.close()
      terminal.settle()
    }
  } catch (error) {
    await discard(options.out, null)
    throw error
  }
  const about = { folder: options.out, records: entries.length, tipHeight: chain.height }
  if (options.json) terminal.result(jsonLine(about))
  else terminal.result(`${options.out}: ${plural(entries.length, 'record')} attested under a proof of ${chain.height}`)
  return EXIT.valid
}

/** Names that sort as the records do. */
function fileOf(number: number): string {
  return `${String(number).padStart(6, '0')}.attestation`
}

/** A part of them is none. */
async function discard<T>(folder: string, exit: T): Promise<T> {
  await rm(folder, { recursive: true, force: true })
  return exit
}
