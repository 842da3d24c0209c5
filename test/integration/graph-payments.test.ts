import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { freePort } from '../../bitcoin-regtest/process.ts'
import { strippedBytes } from '../../src/bitcoin/index.ts'
import { plainPayments } from '../compute/plain-payments.ts'
import { block } from '../support/blocks.ts'
import { ComputeProcess } from '../support/compute-network.ts'
import { CoreWallet } from '../support/core-wallet.ts'
import { PaymentsPlace } from '../support/payments-place.ts'
import { SettlementPlace } from '../support/settlement-place.ts'
import { SHORT, timedChain, writeShortEpochs } from '../support/short-epochs.ts'
import { startWsc } from '../support/wsc.ts'

interface Asked {
  readonly to: string
  readonly script: string
  readonly from: number
  /** A bus proof, and what is said of the three blocks from `from` on. */
  readonly later: string
  readonly said: object
}

/**
 * A compute node counts on request; by itself for a script that a manifest names; and proves a period of headers of which the
 * condition holds.
 */
async function servedByNode(place: SettlementPlace, graph: string, asked: Asked): Promise<void> {
  const [watched, periods] = [place.file('watched'), place.file('periods')]
  expect(await place.run('graph', 'init', watched, '--template', 'payments')).toMatchObject({ exit: 0 })
  const manifest = await readFile(join(watched, 'graph.yaml'), 'utf8')
  const fixed = manifest
    .replace('onRequest: true', 'everyBlocks: 2')
    .replace('circuit: payments.circom', `circuit: payments.circom\n  script: "${asked.script}"`)
  await writeFile(join(watched, 'graph.yaml'), fixed)
  expect(await place.run('graph', 'init', periods, '--template', 'automation')).toMatchObject({ exit: 0 })
  // What a template begins as is as its vectors say.
  for (const folder of [graph, periods]) {
    expect(await place.json('graph', 'test', folder)).toMatchObject({ valid: true, cases: 3 })
  }
  await writeShortEpochs(periods)
  const address = `/ip4/127.0.0.1/tcp/${await freePort()}`
  const graphs = [graph, watched, periods].flatMap((folder) => ['--graph', folder])
  const options = ['--compute-dir', place.file('node'), '--listen', address, '--slot-seconds', '0.1', '--json']
  const node = new ComputeProcess('ash', startWsc(['compute', 'serve', ...graphs, ...options], place.env), address)
  try {
    const [, watching, judging] = (await node.until('its programs', ({ programs }) => programs !== undefined)).programs!
    const out = place.file('asked.result')
    const range = ['--script', asked.to, '--from', `${asked.from}`, '--to', `${asked.from + 2}`]
    const request = ['--peer', address, '--proof', asked.later, '--out', out]
    expect(await place.json('graph', 'request', graph, ...range, ...request)).toMatchObject({
      valid: true,
      ...asked.said,
    })
    const unpaid = ['--script', asked.to, '--from', '1', '--to', '2']
    expect(await place.run('graph', 'request', graph, ...unpaid, ...request)).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('no-transactions'),
    })

    const chain = timedChain(place.node, Math.floor(Date.now() / 1000) + 60)
    const { height } = await place.node.client.getBestBlock()
    await chain.mine(1 + ((2 * SHORT.period - 2 - (height % SHORT.period)) % SHORT.period), 1)
    await chain.mine(SHORT.period, 800)
    const last = await place.node.client.getBlockCount()
    await node.until('the long period', ({ result }) => result?.program === judging && result?.height === last)
    await verified(last, judging!, periods, { outputs: expect.objectContaining({ long: '1' }) })
    await chain.mine(1, 1, asked.to)
    await node.until('what was paid', ({ result }) => result?.program === watching && result?.height === last + 1)
    const paid = { from: last, to: last + 1, outputs: 1, script: asked.script, transactions: { length: 1 } }
    await verified(last + 1, watching!, watched, paid)
    await chain.mine(SHORT.period, 1)
    const none = (program: string, height: number) =>
      node.told.filter(({ nothing }) => nothing?.program === program && nothing?.height === height)
    await node.until('a short period', () => none(judging!, last + SHORT.period).length === 1)
    await node.until('blocks that pay nothing', () => none(watching!, last + 1 + SHORT.period).length === 1)
    expect(none(judging!, last)).toEqual([])
  } finally {
    await node.kill()
  }

  /** The node's newest result of a program, under a bus proof of the chain's tip. */
  async function verified(height: number, program: string, folder: string, says: object): Promise<void> {
    const proof = place.file(`${height}.proof`)
    await place.json('bus', 'prove', '--out', proof)
    const file = join(place.file('node'), 'results', `${program}.result`)
    const shown = await place.json('graph', 'verify', file, '--graph', folder, '--proof', proof)
    expect(shown).toMatchObject({ valid: true, program, height, ...says })
  }
}

/** Payments from blocks to a verified result, by the command. */
let place: PaymentsPlace | undefined
afterAll(() => place?.remove())

describe('payments over mainnet’s block 830000', () => {
  /** Two outputs of one transaction of 113 bytes. */
  const SCRIPT = '0014798c418181354adadb536b6462ad139240139bbc'

  test('are what a plain parser says, run, proved and verified under a bus proof from an anchor', async (context) => {
    place = await PaymentsPlace.make(context)
    const plain = place.plain(SCRIPT)
    expect(plain).toMatchObject({ outputs: 2, transactions: [expect.anything()] })
    const under = ['--proof', place.bus.file('chain.proof'), '--out', place.bus.file('paid.result')]
    const proved = await place.count('prove', SCRIPT, ...under)
    expect(proved).toMatchObject({ exit: 0, json: plain })
    const verified = await place.verify('paid.result')
    expect(verified).toMatchObject({ exit: 0, json: { valid: true, ...plain, completeness: 'not known' } })
    console.log(`${proved.json.steps} steps, ${proved.json.seconds} s, ${proved.json.bytes} bytes`)

    const result = await readFile(place.bus.file('paid.result'))
    // Steps 74, heights 78 and 82, script 87, outputs 109, satoshis 117, the list 126.
    for (const [what, at, reason] of [
      ['steps', 74, 'proof-invalid'],
      ['first height', 78, 'proof-invalid'],
      ['script', 87, 'proof-invalid'],
      ['satoshis', 117, 'wrong-state'],
      ['index', 130, 'bad-list'],
      ['proof', result.length - 1, 'proof-invalid'],
    ] as const) {
      const altered = Buffer.from(result)
      altered[at]! ^= what === 'first height' ? 16 : 1
      await writeFile(place.bus.file('altered.result'), altered)
      const { exit, json } = await place.verify('altered.result')
      expect({ what, exit, reason: json.reason }).toEqual({ what, exit: 1, reason })
    }
  }, 300_000)
})

test('payments on regtest: from a node, to an address, over several blocks, and under a later bus proof', async () => {
  const regtest = await SettlementPlace.make(0, { wallet: true })
  const wsc = async (...argv: string[]) => {
    const { exit, stdout, stderr } = await regtest.run(...argv, ...(argv[1] === 'init' ? [] : ['--json']))
    return { exit, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : null }
  }
  try {
    const { node } = regtest
    const wallet = await CoreWallet.create(node, 'payer', { coins: 2 })
    const [to, other] = await Promise.all(
      ['bech32', 'legacy'].map((kind) => wallet.call('getnewaddress', ['', kind], z.string())),
    )
    const pay = (address: string, bitcoins: number) =>
      wallet.call('sendtoaddress', [address, bitcoins, '', '', false, true, null, 'unset', false, 25], z.string())
    const from = (await node.client.getBestBlock()).height + 1
    const first = await pay(to!, 0.1)
    await pay(other!, 0.4)
    await pay(to!, 0.2)
    await node.mine(1)
    // A block of one transaction, which pays to the script itself.
    await node.mine(1, to!)
    await node.mine(1)

    const graph = regtest.file('my-payments')
    expect(await wsc('graph', 'init', graph, '--template', 'payments')).toMatchObject({ exit: 0 })
    const range = ['--script', to!, '--from', `${from}`]
    const ran = await wsc('graph', 'exec', graph, ...range)
    const hashes = await Promise.all(
      [from, from + 1].map((at) => node.client.call({ method: 'getblockhash', params: [at], schema: z.string() })),
    )
    const blocks = await Promise.all(
      hashes.map((hash) => node.client.call({ method: 'getblock', params: [hash, 0], schema: z.string() })),
    )
    const script = Uint8Array.from(Buffer.from(ran.json.script, 'hex'))
    const paid = blocks.flatMap((hex) =>
      block(Uint8Array.from(Buffer.from(hex, 'hex'))).transactions.map(
        (tx) => plainPayments(strippedBytes(tx), script)!,
      ),
    )
    const satoshis = `${paid.reduce((sum, one) => sum + one.sum, 0n)}`
    const said = { from, to: from + 2, outputs: 3, satoshis, transactions: { length: 3 } }
    expect(BigInt(satoshis)).toBeGreaterThan(30_000_000n)
    expect(ran).toMatchObject({ exit: 0, json: { ...said, proved: false } })

    const proof = regtest.file('chain.proof')
    const out = regtest.file('paid.result')
    await regtest.json('bus', 'prove', '--out', proof)
    const proved = await wsc('graph', 'prove', graph, ...range, '--proof', proof, '--out', out)
    expect(proved).toMatchObject({ exit: 0, json: { ...said, transactions: ran.json.transactions } })
    const verify = (under: string, ...more: string[]) =>
      wsc('graph', 'verify', out, '--graph', graph, '--proof', under, ...more)
    const verified = await verify(proof)
    expect(verified).toMatchObject({ exit: 0, json: { valid: true, ...said, transactions: ran.json.transactions } })

    // Of the named transaction alone; and what there is not.
    const one = await wsc('graph', 'exec', graph, ...range, '--txid', first)
    expect(one).toMatchObject({ exit: 0, json: { outputs: 1, satoshis: '10000000' } })
    const none = await wsc('graph', 'exec', graph, ...range, '--txid', 'ab'.repeat(32))
    expect(none).toMatchObject({ exit: 2, stderr: expect.stringContaining('not in blocks') })
    expect(await wsc('graph', 'exec', graph, '--script', to!, '--from', '1', '--to', '2')).toMatchObject({
      ...{ exit: 2, stderr: expect.stringContaining('nothing to prove') },
    })
    expect(await wsc('graph', 'exec', graph, '--script', 'nonsense', '--from', '1')).toMatchObject({ exit: 2 })

    await node.mine(2)
    const [later, prefix] = [regtest.file('later.proof'), regtest.file('paid.prefix')]
    await regtest.json('bus', 'prove', '--out', later)
    expect(await verify(later)).toMatchObject({ exit: 1, json: { reason: 'wrong-height' } })
    await regtest.json('attest', 'prefix', `${from + 2}`, '--proof', later, '--out', prefix)
    const again = await verify(later, '--prefix', prefix)
    expect(again).toMatchObject({ exit: 0, json: { ...said, confirmations: 3 } })
    expect(again.json.identity).toBe(verified.json.identity)
    console.log(`${proved.json.steps} steps, ${proved.json.seconds} s, ${proved.json.bytes} bytes`)
    await servedByNode(regtest, graph, { to: to!, script: ran.json.script, later, said, from })
  } finally {
    await regtest.remove()
  }
}, 300_000)
