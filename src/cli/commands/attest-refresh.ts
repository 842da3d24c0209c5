import { MAX_SUPPLEMENT_JSON, type PathSupplement, refreshAttestation, supplementFromJson } from '../../bus/index.ts'
import { openAttestor } from '../attest/open-attestor.ts'
import { addAttestOptions } from '../attest/options.ts'
import { readAttestation } from '../attest/read-attestation.ts'
import { type AttestOptions, refused, writeAttestation } from '../attest/write-attestation.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { type ExitCode, UsageError } from '../exit.ts'
import { readUpTo, requireWritable } from '../inputs.ts'
import { openJudge, readProof } from '../proved-chain.ts'

interface Options extends AttestOptions {
  readonly path?: string
}

export const addAttestRefresh: AddCommand = (parent, run) => {
  addAttestOptions(parent.command('refresh').argument('<FILE>', 'attestation made under an earlier proof'))
    .description('bring an attestation to a later proof; refused where its header is not in that chain')
    .option('--path <FILE>', 'a path supplement from a server, instead of headers or a node')
    .addHelpText(
      'after',
      examples(
        'attest refresh tx.attestation --proof new.proof --out tx.attestation',
        'attest refresh tx.attestation --path path.json --proof new.proof --out new.attestation',
      ),
    )
    .action(run(refresh))
}

async function refresh(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  await requireWritable(options.out, options.proof, options.anchor, options.headers, options.path)
  const judge = await openJudge(options, context)
  const chain = await judge.judge(await readProof(options.proof))
  if (!chain.valid) return refused(context, options, `proof:${chain.reason}`, chain.detail)
  const read = await readAttestation(file)
  if (!read.ok) return refused(context, options, read.reject, read.detail)
  const { height } = read.attestation
  let supplement: PathSupplement
  if (options.path !== undefined) {
    supplement = await readSupplement(options.path)
  } else {
    const opened = await openAttestor(options, judge, chain, context)
    try {
      if ((await opened.places.hashAt(height)) === null) {
        return refused(context, options, 'not-in-chain', `block ${height} is not in the proved chain`)
      }
      supplement = await opened.places.place(height)
    } finally {
      await opened.close()
    }
  }
  const refreshed = refreshAttestation(read.attestation, supplement)
  if (!refreshed.ok) return refused(context, options, refreshed.reject, refreshed.detail)
  return await writeAttestation(context, options, refreshed.attestation, judge, chain)
}

async function readSupplement(file: string): Promise<PathSupplement> {
  const read = supplementFromJson(new TextDecoder().decode(await readUpTo(file, MAX_SUPPLEMENT_JSON)))
  if (read.ok) return read.supplement
  throw new UsageError(`${file} is no path: ${read.detail}`)
}
