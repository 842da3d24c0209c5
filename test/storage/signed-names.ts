import { toDisplay } from '../../src/bitcoin/index.ts'
import { bytesToHex, hexToBytes } from '../../src/lib/index.ts'
import { composeInscription } from '../../src/settlement/index.ts'
import { nameDraft } from '../../storage/records/drafts.ts'
import { alice, context } from './record-scene.ts'

/** What a gateway says of a record that was really signed. */
export function signedName(id: string, seq: number, { asOf = 10, name = 'site', wallet = alice } = {}) {
  const draft = nameDraft(name, id === '' ? null : hexToBytes(id), { ...context, seq })
  const made = composeInscription(draft, wallet)
  if (!made.ok || made.record === null) throw new Error('not composed')
  const { height, blockHash, output, sig } = made.record
  const record = { contentType: 'application/cbor', height, blockHash: toDisplay(blockHash) as string, seq }
  return { asOf, id, record: { ...record, output: bytesToHex(output), sig: bytesToHex(sig) } }
}
