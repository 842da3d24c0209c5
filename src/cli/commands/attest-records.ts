import { InvalidArgumentError } from 'commander'
import { decodeBody, parseUri, type Target } from '../../../storage/index.ts'
import { poseidonOf, verifyAttestation } from '../../bus/index.ts'
import { namedBy } from '../../compute/io/index.ts'
import { bytesToHex, type Rejection, rejection } from '../../lib/index.ts'
import type { IndexEntry, IndexService, Query } from '../../settlement/io/index.ts'
import { intoNewFolder } from '../attest/into-new-folder.ts'
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

type Options = Omit<AttestOptions, 'block' | 'headers' | 'peer'> & IndexOptions & Query & { readonly name?: Target }

export const addAttestRecords: AddCommand = (parent, run) => {
  const command = parent
    .command('records')
    .description('attest every signed record up to the proof’s height, or those of one program or kind, in a folder')
    .requiredOption('--proof <FILE>', 'the bus proof under which they are to be checked (required)')
    .requiredOption('--out <DIR>', 'a new folder, which gets a file for each (required)')
    .option('--program <ID>', 'of this program alone (64 hex digits)', hex32)
    .option('--kind <K>', 'of this kind alone', recordKind)
    .option(
      '--name <URI>',
      'the record by which this name means its blob, and that of the blob (web3://NAME.AUTHOR:CHAIN)',
      nameUri,
    )
    .option('--from <H>', 'in blocks from this height on', height)
    .option('--to <H>', 'in blocks up to this height (default: the proof’s)', height)
    .option('--start-height <H>', 'where a new index begins (default: 767430 on mainnet, 0 elsewhere)', height)
  addOptions(command, ...judgeOptions(), ...bitcoindOptions(), shared.dataDir(), settlementDirOption())
    .addOption(shared.json())
    .addHelpText(
      'after',
      examples(
        'attest records --kind commitment --proof chain.proof --out records',
        'attest records --name web3://site.AUTHOR:3669344250 --proof chain.proof --out site',
      ),
    )
    .action(run(attestRecords))
}

/** Option parser: a name of storage. */
function nameUri(text: string): Target {
  const read = parseUri(text)
  if (read.ok && read.uri.target.kind === 'name') return read.uri.target
  throw new InvalidArgumentError('write web3://NAME.AUTHOR:CHAIN')
}

async function attestRecords(context: CliContext, options: Options): Promise<ExitCode> {
  const { terminal, signal } = context
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) =>
    tellRefused(context, options, refusal, 'no attestations')
  const judge = await openJudge(options, context)
  const proved = await judge.verify(await readProof(options.proof))
  if (!proved.ok) return refuse(rejection(`proof:${proved.reject}`, proved.detail))
  const { chain } = proved
  const { name, ...query } = options
  if (name !== undefined && (query.program ?? query.kind ?? query.from) !== undefined) {
    throw usageError('--name says which records are attested: leave out --program, --kind and --from')
  }
  const to = Math.min(options.to ?? chain.height, chain.height)
  const entries = await withIndexService(
    context,
    options,
    async (service) => {
      await service.caughtUp()
      if (name?.kind === 'name') return await recordsOfName(service, name, to)
      const found: IndexEntry[] = []
      // Whether the seq of one counts is for who reads them to say: all are attested.
      for await (const entry of service.index.query({ ...query, records: false, to })) {
        if (entry.record !== null) found.push(entry)
      }
      return found
    },
    true,
  )
  if (entries === null) return refuse(rejection('no-such-name', `nothing says up to block ${to} which blob it means`))
  const written = await intoNewFolder(options.out, async (write) => {
    // Options of the index alone have another meaning there.
    const { startHeight: _, ...material } = options
    const opened = await attestorOf(material, judge, chain, context)
    try {
      for (const [i, { id, height: at }] of entries.entries()) {
        terminal.progress(`attested ${i} of ${entries.length}`)
        const made = await opened.attestor.attest({ kind: 'inscription', id, height: at }, signal)
        if (!made.ok) return made
        const checked = verifyAttestation(made.attestation, chain, poseidonOf(judge.verifier))
        if (!checked.ok) return checked
        await write(made.attestation)
      }
      return { ok: true }
    } finally {
      await opened.close()
      terminal.settle()
    }
  })
  if (!written.ok) return refuse(written)
  const about = { folder: options.out, records: entries.length, tipHeight: chain.height }
  if (options.json) terminal.result(jsonLine(about))
  else terminal.result(`${options.out}: ${plural(entries.length, 'record')} attested under a proof of ${chain.height}`)
  return EXIT.valid
}

/** The record by which a name means a blob as of a block, then that of the blob; null where there is none. */
async function recordsOfName(
  service: Pick<IndexService, 'index' | 'body'>,
  name: Extract<Target, { readonly kind: 'name' }>,
  to: number,
): Promise<IndexEntry[] | null> {
  const { index } = service
  const id = await namedBy(index, name, to)
  const naming = id === null ? null : await index.get(id)
  const body = naming === null ? null : decodeBody('name', await service.body(naming))
  if (naming === null || body?.ok !== true || body.body.id.length === 0) return null
  const published = { program: bytesToHex(body.body.id), kind: 'blob', to, limit: 1 }
  for await (const blob of index.query(published)) return [naming, blob]
  return null
}
