import { gatherCertificate, type NotTaken, openCertificateVerifier } from '../../../storage/io/index.ts'
import { bytesToHex, type Rejection } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import { publicKeyOf } from '../../p2p/index.ts'
import { attestorOf } from '../attest/open-attestor.ts'
import { notTakenLines } from '../certificate-text.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, insecureAllowed, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { hex32, readKey } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'
import { cureOf } from '../proof-cure.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { tellRefused } from '../refused.ts'
import { keyCount } from '../storage-arguments.ts'
import { peerOption, type TableOptions, withTableOptions } from '../storage-place.ts'
import { withHolders } from '../storage-work.ts'
import { duration } from '../terminal.ts'
import { jsonLine, plural } from '../text.ts'

interface Options extends TableOptions, JudgeOptions {
  readonly proof: string
  readonly keys: number
  readonly out?: string
  readonly certificateKey?: string
  readonly dataDir?: string
}

export const addStorageCertify: AddCommand = (parent, run) => {
  const command = withTableOptions(parent.command('certify'))
    .argument('<BLOB>', 'id of the blob', hex32)
    .description('have registered providers show that they had the units of a blob which a block draws, in one file')
    .addOption(peerOption())
    .requiredOption(
      '--proof <FILE>',
      'the bus proof under which it is to verify; the block six below its tip draws (required)',
    )
    .option('--keys <K>', 'so many providers’ keys, each with a proof of its own', keyCount, 1)
    .option('--out <FILE>', 'where to write it (default: ID.certificate)')
    .option(
      '--certificate-key <FILE>',
      'verifying key of the certificate’s circuit (default: the development key built in)',
    )
  addOptions(command, shared.anchor(), shared.key(), shared.insecureDevSetup(), shared.dataDir())
    .addHelpText('after', examples('storage certify ID --keys 2 --proof chain.proof --peer /ip4/192.0.2.7/tcp/8533'))
    .action(run(certify))
}

async function certify(context: CliContext, id: string, options: Options): Promise<ExitCode> {
  const { terminal, signal, env } = context
  const { proof: file, out = `${id}.certificate`, json } = options
  const { certificateKey } = options
  await requireWritable(out, env, options, ...(certificateKey === undefined ? [] : [certificateKey]))
  const judge = await openJudge(options, context)
  const proof = await readProof(file)
  const proved = await judge.verify(proof)
  if (!proved.ok) {
    const code = refuse(context, options, { ...proved, reject: `proof:${proved.reject}` })
    const cure = cureOf(proved.reject, proof, options)
    if (cure !== null) terminal.note(cure)
    return code
  }
  const { chain } = proved
  const verifier = await openCertificateVerifier({ key: await readKey(certificateKey) })
  return await withHolders(context, options, async ({ node, storage }) => {
    const opened = await attestorOf(options, judge, chain, context)
    try {
      const allowInsecureSetup = insecureAllowed(options.insecureDevSetup, env)
      const standard = { storage, chain, verifier, kernel: node.kernel, allowInsecureSetup }
      const gathered = await gatherCertificate(
        {
          table: node.table.table,
          index: node.index.index,
          transport: node.host,
          peers: node.host.partitions,
          attestor: opened.attestor,
          standard,
          keyOf: async (name) => {
            const key = await publicKeyOf(name)
            return key === null ? null : bytesToHex(key)
          },
          onProgress: progressOf(context),
        },
        { id, keys: options.keys },
        signal,
      )
      terminal.settle()
      const { notTaken = [] } = gathered
      for (const line of notTakenLines(notTaken)) terminal.note(line)
      if (!gathered.ok) return refuse(context, options, gathered, { notTaken: notTaken.map(notTakenJson) })
      const { bytes, verified } = gathered
      await writeAtomic(diskFiles, out, bytes)
      const { height } = verified.challenge
      const keys = verified.keys.map(({ key }) => key)
      if (json) terminal.result(jsonLine({ valid: true, reason: null, file: out, bytes: bytes.length, height, keys }))
      else terminal.result(`${out}: ${bytes.length} bytes, ${plural(keys.length, 'key')}, drawn by block ${height}`)
      return EXIT.valid
    } finally {
      await opened.close()
    }
  })
}

/** How far all are, and how long the slowest will take at its pace so far. */
function progressOf({ terminal, clock }: CliContext) {
  const shares = new Map<string, { readonly since: number; share: number }>()
  return (key: string, { done, total }: { readonly done: number; readonly total: number }) => {
    const its = shares.get(key) ?? { since: clock(), share: 0 }
    its.share = total === 0 ? 0 : done / total
    shares.set(key, its)
    const left = [...shares.values()].map(({ since, share }) =>
      share === 0 ? Number.NaN : ((clock() - since) / 1000 / share) * (1 - share),
    )
    const slowest = Math.max(...left)
    const eta = Number.isNaN(slowest) ? '' : `, ${duration(slowest)} left`
    const parts = [...shares.values()].map(({ share }) => `${Math.round(100 * share)} %`)
    terminal.progress(`proving ${parts.join(', ')}${eta}`)
  }
}

function notTakenJson({ key, peer, reason, detail }: NotTaken) {
  return { key, peer, reason, detail }
}

function refuse(
  context: CliContext,
  options: Options,
  refusal: Pick<Rejection, 'reject' | 'detail'>,
  more: object = {},
): ExitCode {
  return tellRefused(context, options, refusal, 'no certificate', more)
}
