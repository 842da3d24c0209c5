import {
  decodeCertificate,
  encodeCertificate,
  MAX_CERTIFICATE_BYTES,
  refreshCertificate,
  verifyCertificate,
} from '../../../storage/index.ts'
import { openCertificateVerifier, openKernel } from '../../../storage/io/index.ts'
import type { Rejection } from '../../lib/index.ts'
import { diskFiles, writeAtomic } from '../../lib/io/index.ts'
import { attestorOf } from '../attest/open-attestor.ts'
import type { AddCommand } from '../command.ts'
import { examples } from '../command.ts'
import { addOptions, insecureAllowed, judgeOptions, shared } from '../config.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { type HeaderOptions, headerOptions } from '../header-place.ts'
import { readKey, readUpTo } from '../inputs.ts'
import { requireWritable } from '../outputs.ts'
import { type JudgeOptions, openJudge, readProof } from '../proved-chain.ts'
import { tellRefused } from '../refused.ts'
import { readStorageNetwork, type StorageNetworkFlags } from '../storage-network.ts'
import { jsonLine } from '../text.ts'

interface Options extends JudgeOptions, StorageNetworkFlags, HeaderOptions {
  readonly proof: string
  readonly out: string
  readonly certificateKey?: string
  readonly dataDir?: string
  readonly json?: boolean
}

export const addStorageRefresh: AddCommand = (parent, run) => {
  const command = parent
    .command('refresh')
    .argument('<FILE>', 'certificate made under an earlier proof')
    .description('bring a certificate to a later bus proof; nothing is proved again')
    .requiredOption('--proof <FILE>', 'the later proof (required)')
    .requiredOption('--out <FILE>', 'where to write it (required)')
    .option(
      '--certificate-key <FILE>',
      'verifying key of the certificate’s circuit (default: the development key built in)',
    )
  addOptions(command, ...headerOptions(), ...judgeOptions(), shared.partitionBits(), shared.dataDir(), shared.json())
    .addHelpText('after', examples('storage refresh blob.certificate --proof new.proof --out blob.certificate'))
    .action(run(refresh))
}

async function refresh(context: CliContext, file: string, options: Options): Promise<ExitCode> {
  const { terminal, env } = context
  const { out, certificateKey } = options
  await requireWritable(out, env, options, ...(certificateKey === undefined ? [] : [certificateKey]))
  const refuse = (refusal: Pick<Rejection, 'reject' | 'detail'>) => tellRefused(context, options, refusal)
  const storage = await readStorageNetwork(options)
  const decoded = decodeCertificate(await readUpTo(file, MAX_CERTIFICATE_BYTES))
  if (!decoded.ok) return refuse(decoded)
  const judge = await openJudge(options, context)
  const proved = await judge.verify(await readProof(options.proof))
  if (!proved.ok) return refuse({ reject: `proof:${proved.reject}`, detail: proved.detail })
  const { chain } = proved
  const opened = await attestorOf(options, judge, chain, context)
  try {
    const { certificate } = decoded
    const attested = [
      certificate.blob,
      certificate.challenge,
      ...certificate.keys.flatMap((key) => [key.provider, ...key.wins]),
    ]
    const beyond = attested.find(({ height }) => height > chain.height)
    if (beyond !== undefined) {
      return refuse({
        reject: 'earlier-proof',
        detail: `it speaks of block ${beyond.height}, the proof ends at ${chain.height}`,
      })
    }
    const bytes = encodeCertificate(await refreshCertificate(certificate, (height) => opened.places.place(height)))
    const key = await readKey(certificateKey)
    const [verifier, kernel] = await Promise.all([openCertificateVerifier({ key }), openKernel()])
    const allowInsecureSetup = insecureAllowed(options.insecureDevSetup, env)
    const result = await verifyCertificate(bytes, { storage, chain, verifier, kernel, allowInsecureSetup })
    if (!result.ok) return refuse(result)
    await writeAtomic(diskFiles, out, bytes)
    const { height } = chain
    if (options.json) terminal.result(jsonLine({ valid: true, reason: null, file: out, bytes: bytes.length, height }))
    else terminal.result(`${out}: ${bytes.length} bytes, verifies under the proof of height ${height}`)
    return EXIT.valid
  } finally {
    await opened.close()
  }
}
