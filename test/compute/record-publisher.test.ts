import { expect, test } from 'vitest'
import { blockHash, regtest } from '../../src/bitcoin/index.ts'
import { proverRecord, publicationOf } from '../../src/compute/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { RecordPublisher, Wallet } from '../../src/settlement/io/index.ts'
import { recordAndBodyIn } from '../../src/settlement/io/inscriber/record-warnings.ts'

const key = (byte: number) => new Uint8Array(32).fill(byte)

/** An inscriber of which what it sends and sends again is told; nothing becomes final. */
function place() {
  const sent: { readonly seq: number; readonly output: Uint8Array; readonly body: Uint8Array }[] = []
  const scene = { elsewhere: 0, resumed: 0 }
  const inscriber = {
    quote: async () => ({ fees: 700n }),
    inscribe: async ([envelope]: readonly Uint8Array[]) => {
      const { record, body } = recordAndBodyIn(envelope!, regtest)!
      sent.push({ seq: record.seq, output: record.output, body })
      return {}
    },
    standing: async () => {
      const lastSeq = Math.max(sent.at(-1)?.seq ?? 0, scene.elsewhere)
      return { lastSeq: lastSeq === 0 ? null : lastSeq, waiting: sent }
    },
    resume: async () => void scene.resumed++,
  }
  const publisher = new RecordPublisher({
    inscriber: inscriber as never,
    client: { getBestBlock: async () => ({ height: 7, hash: blockHash(key(1)) }) },
    wallet: new Wallet(regtest, key(9)),
  })
  const publish = async (peer: Uint8Array | null) =>
    (await publisher.publish(publicationOf(proverRecord(peer)))) !== null
  const told = () => sent.map(({ seq, output }) => `${seq} ${bytesToHex(output).slice(0, 2)}`)
  return { publisher, publish, scene, told }
}

test('a registration that is on its way is sent again, and paid for once', async () => {
  const { publisher, publish, scene, told } = place()
  expect(await publisher.quote(publicationOf(proverRecord(key(2))))).toMatchObject({ fees: 700n })
  expect(told()).toEqual([])
  expect([await publish(key(2)), await publish(key(2))]).toEqual([true, false])
  expect([told(), scene.resumed]).toEqual([['1 02'], 1])
  // Another key says something else; and so does the first one after that, and that nobody proves any longer.
  for (const said of [key(3), key(2), null]) expect(await publish(said)).toBe(true)
  expect(await publish(null)).toBe(false)
  expect([told(), scene.resumed]).toEqual([['1 02', '2 03', '3 02', '4 '], 2])
})

test('a registration is inscribed again where another record came after it from elsewhere', async () => {
  const { publish, scene, told } = place()
  await publish(key(2))
  scene.elsewhere = 5
  expect(await publish(key(2))).toBe(true)
  expect(told()).toEqual(['1 02', '6 02'])
})
