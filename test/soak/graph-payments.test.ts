import { afterAll, expect, test } from 'vitest'
import { PaymentsPlace } from '../support/payments-place.ts'

/** Of block 830000: two taproot outputs with many payments, and a P2SH one that large transactions pay to. */
const SCRIPTS = [
  '512064381825fa02e676f7f4854f1f7652f3d38c6d0f1464bc9559ffcccf379c0bea',
  '512008d8ceab1680f92c33a2110eb7323b49d7e2f618caed218d0f71232c935727da',
  'a914ea6b832a05c6ca578baa3836f3f25553d41068a587',
]

let place: PaymentsPlace | undefined
afterAll(() => place?.remove())

test('all that block 830000 pays to three scripts, proved under a bus proof, is what a plain parser says', async (context) => {
  place = await PaymentsPlace.make(context)
  for (const script of SCRIPTS) {
    const plain = place.plain(script)
    expect(plain.transactions.length).toBeGreaterThan(15)
    const under = ['--proof', place.bus.file('chain.proof'), '--out', place.bus.file('paid.result')]
    const proved = await place.count('prove', script, ...under)
    expect(proved).toMatchObject({ exit: 0, json: plain })
    expect(await place.verify('paid.result')).toMatchObject({ exit: 0, json: { valid: true, ...plain } })
    const { steps, seconds, bytes } = proved.json
    console.log(`${plain.transactions.length} transactions, ${steps} steps, ${seconds} s, ${bytes} bytes`)
  }
})
