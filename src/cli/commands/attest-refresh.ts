import {
  fetchPath,
  MAX_SUPPLEMENT_JSON,
  type PathSupplement,
  refreshAttestation,
  type SupplementResult,
  supplementFromJson,
} from '../../bus/index.ts'
import { refreshedByPeers } from '../attest/of-peers.ts'
import { attestorOf, peersOf } from '../attest/open-attestor.ts'
import { addAttestOptions } from '../attest/options.ts'
import { readAttestationFile } from '../attest/read-attestation-file.ts'
import { type AttestOptions, refused, writeAttestation, writeOfPeers } from '../attest/write-attestation.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import type { CliContext } from '../context.ts'
import { type ExitCode, usageError } from '../exit.ts'
import { readUpTo } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'
import { openJudge, readProof } from '../proved-chain.ts'

interface Options extends AttestOptions {
  readonly path?: string
  readonly bus?: string
}

export const addAttestRefresh: AddCommand = (parent, run) => {
  addAttestOptions(parent.command('refresh').argument('<FILE>', 'attestation made under an earlier proof'))
    .description('bring an attestation to a later proof; refused where its header is not in that chain')
    .option('--bus <URL>', 'ask a server (wsc bus serve) for the path, instead of headers or a node')
    .option('--path <FILE>', 'the same from a file')
    .addHelpText(
      'after',
      examples(
        'attest refresh tx.attestation --proof new.proof --out tx.attestation',
        'attest refresh tx.attestation --bus http://127.0.0.1:8532 --proof new.proof --out tx.attestation',
        'attest refresh tx.attestation --peer /ip4/127.0.0.1/tcp/8533 --proof new.proof --out tx.attestation',
      ),
    )
    .action(run(refresh))
}

async function refresh(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  await requireWritable(options.out, context.env, options)
  const judge = await openJudge(options, context)
  const proved = await judge.verify(await readProof(options.proof))
  if (!proved.ok) return refused(context, options, `proof:${proved.reject}`, proved.detail)
  const { chain } = proved
  const read = await readAttestationFile(file, 'any')
  if (!read.ok) return refused(context, options, read.reject, read.detail)
  const { height } = read.attestation
  const peers = peersOf(options)
  if (peers !== undefined) {
    if ((options.path ?? options.bus) !== undefined) throw usageError('one of --peer, --bus and --path gives the path')
    const attested = await refreshedByPeers(context, peers, judge, chain, read.attestation)
    return await writeOfPeers(context, options, peers, attested, judge, chain)
  }
  let supplement: PathSupplement
  if (options.path !== undefined) {
    supplement = usable(options.path, await readSupplement(options.path))
  } else if (options.bus !== undefined) {
    supplement = usable(options.bus, await fetchPath(options.bus, height, { signal: context.signal }))
  } else {
    const opened = await attestorOf(options, judge, chain, context)
    try {
      if ((await opened.places.hashAt(height)) === null) {
        return refused(context, options, 'not-in-chain', `block ${height} is not in the proved chain`)
      }
      supplement = await opened.places.place(height)
    } finally {
      await opened.close()
    }
  }
  const { tipHeight } = supplement
  if (options.bus !== undefined && tipHeight !== chain.height) {
    const cure = `\`wsc bus fetch ${options.bus} --out ${options.proof}\` brings the proof up to date; then again`
    return refused(
      context,
      options,
      'other-proof',
      `the server proves height ${tipHeight}, the proof ${chain.height}: ${cure}`,
    )
  }
  const refreshed = refreshAttestation(read.attestation, supplement)
  if (!refreshed.ok) return refused(context, options, refreshed.reject, refreshed.detail)
  return await writeAttestation(context, options, refreshed.attestation, judge, chain)
}

async function readSupplement(file: string): Promise<SupplementResult> {
  return supplementFromJson(new TextDecoder().decode(await readUpTo(file, MAX_SUPPLEMENT_JSON)))
}

function usable(from: string, read: SupplementResult): PathSupplement {
  if (read.ok) return read.supplement
  throw usageError(`${from} gives no path: ${read.detail}`)
}
