import { join, relative } from 'node:path'
import type { Place } from './message.ts'
import { runWsc } from './wsc.ts'

/** Of a bus proof later than the one that the message was attested under. */
const proofOf = ({ folder }: Place) => join(folder, 'certified.proof')

const shown = (path: string) => relative(process.cwd(), path)

/** Has a provider that runs show in one file that it had the units of a blob which a block draws. */
export async function certifyBlob(place: Place, blob: string, peer: string): Promise<string> {
  const { screen, signal, data, folder, node } = place
  const proof = proofOf(place)
  const reach = ['--network', 'regtest', '--rpc', node.url, '--rpc-cookie', node.auth.file]
  await screen.stage(
    'the proof follows',
    (tell) => runWsc(['bus', 'prove', ...reach, '--data-dir', data, '--out', proof], tell, signal),
    () => 'a bus proof of the tip, under which it is to verify',
  )
  const out = join(folder, 'page.certificate')
  screen.command(
    `wsc storage certify ${blob.slice(0, 8)}… --proof ${shown(proof)} --out ${shown(out)} --peer … --network regtest --rpc …`,
  )
  const dirs = ['--settlement-dir', join(data, 'settlement'), '--data-dir', data]
  const asked = ['--peer', peer, '--storage-dir', join(data, 'asker'), ...dirs]
  const said = await screen.stage(
    'certifying',
    (tell) => runWsc(['storage', 'certify', blob, ...asked, ...reach, '--proof', proof, '--out', out], tell, signal),
    () => '84 units drawn by a block, opened, folded in 14 steps, compressed, signed',
  )
  screen.line(said.trim().replace(out, shown(out)))
  return out
}

/** From two files, in a fresh process: what the certificate shows, and what it does not. */
export async function verifyCertificate(place: Place, certificate: string): Promise<void> {
  const { screen, signal } = place
  const argv = ['storage', 'verify', certificate, '--proof', proofOf(place), '--network', 'regtest']
  screen.command(`wsc ${argv.map((one) => (one.startsWith('/') ? shown(one) : one)).join(' ')}`)
  const said = await runWsc(argv, () => {}, signal)
  for (const line of said.trimEnd().split('\n')) screen.line(line)
}
