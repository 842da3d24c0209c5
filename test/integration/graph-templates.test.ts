import { afterAll, beforeAll, expect, test } from 'vitest'
import { TEMPLATES, type Template } from '../../src/compute/io/index.ts'
import { heldOutDigits } from '../compute/digits.ts'
import { recordMetadata, SettlementPlace } from '../support/settlement-place.ts'
import { SHORT, timedChain, writeShortEpochs } from '../support/short-epochs.ts'

/** Every template from `init` to a verified result, by the command, over a regtest node. */
let place: SettlementPlace
beforeAll(async () => {
  place = await SettlementPlace.make(2, { args: ['-txindex=1'] })
}, 120_000)
afterAll(() => place.remove())

/** Options of a graph's commands beside those that all of them take. */
interface Given {
  readonly exec: readonly string[]
  readonly prove: readonly string[]
  readonly verify: readonly string[]
}

/**
 * How a template is given what it reads: `prepare` puts that on the chain, before the bus proof is made, and tells what
 * `given` goes on with. A new template has its way here.
 */
interface Way {
  prepare(): Promise<string>
  /** What is changed in the new folder: regtest has no such periods as a template has. */
  begun?(folder: string): Promise<void>
  given(prepared: string, proof: string): Promise<Given>
}

/** The address of BIP173's examples, on regtest. */
const PAID = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'

const WAYS: Partial<Record<Template, Way>> = {
  stream: {
    prepare: async () => '',
    given: async () => ({ exec: [], prove: [], verify: [] }),
  },
  automation: {
    prepare: async () => '',
    begun: writeShortEpochs,
    given: async () => ({ exec: [], prove: [], verify: [] }),
  },
  index: {
    prepare: async () => {
      const metadata = recordMetadata(1, 'ab'.repeat(32), 'commitment')
      await place.inscribe('--body', await place.put('record', 'said'), '--metadata', metadata)
      return place.file('records')
    },
    given: async (folder, proof) => {
      await place.json('attest', 'records', '--kind', 'commitment', '--proof', proof, '--out', folder)
      return { exec: [], prove: ['--attestation', folder, '--proof', proof], verify: ['--attestation', folder] }
    },
  },
  ml: {
    prepare: async () => {
      const image = await place.put('image', heldOutDigits()[0]!.pixels)
      return (await place.inscribe('--body', image)).inscriptions[0]!.id
    },
    given: async (id, proof) => {
      const attestation = place.file('image.attestation')
      await place.json('attest', 'inscription', id, '--proof', proof, '--out', attestation)
      const attested = ['--attestation', attestation]
      return { exec: ['--input', place.file('image')], prove: [...attested, '--proof', proof], verify: attested }
    },
  },
  payments: {
    prepare: async () => {
      await place.node.mine(1, PAID)
      return `${(await place.node.client.getBestBlock()).height}`
    },
    given: async (height, proof) => {
      const range = ['--script', PAID, '--from', height, '--to', height]
      return { exec: range, prove: [...range, '--proof', proof], verify: [] }
    },
  },
  circuit: {
    prepare: async () => {
      const secret = place.file('my.secret')
      const { identity } = (await place.json('airdrop', 'identity', secret)) as { identity: string }
      const leaves = await place.put('leaves.txt', `${identity} 5000\n`)
      const claim = place.file('claim.json')
      const script = `0014${'07'.repeat(20)}`
      await place.json('airdrop', 'claim', leaves, '--secret', secret, '--script', script, '--out', claim)
      return claim
    },
    given: async (claim, proof) => ({
      exec: ['--arguments', claim],
      prove: ['--arguments', claim, '--proof', proof],
      verify: [],
    }),
  },
}

/** Up to the end of a period that took long, of which the automation's condition holds. */
async function mineLongPeriod(): Promise<void> {
  const { height } = await place.node.client.getBestBlock()
  const chain = timedChain(place.node, Math.floor(Date.now() / 1000) + 60)
  await chain.mine(1 + ((2 * SHORT.period - 2 - (height % SHORT.period)) % SHORT.period), 1)
  await chain.mine(SHORT.period, 800)
}

test('every template has its way', () => {
  expect(Object.keys(WAYS).sort()).toEqual(Object.keys(TEMPLATES).sort())
})

test('init, compile, setup, exec, prove and verify of each', async () => {
  const prepared = new Map<string, string>()
  for (const [template, way] of Object.entries(WAYS)) prepared.set(template, await way.prepare())
  await mineLongPeriod()
  const proof = place.file('chain.proof')
  await place.json('bus', 'prove', '--out', proof)
  for (const [template, way] of Object.entries(WAYS)) {
    const given = await way.given(prepared.get(template) as string, proof)
    const graph = place.file(`my-${template}`)
    const result = place.file(`${template}.result`)
    const json = async (...argv: readonly string[]) => (await place.json('graph', ...argv)) as Record<string, unknown>
    const initiated = await place.run('graph', 'init', graph, '--template', template)
    expect([template, initiated.exit]).toEqual([template, 0])
    await way.begun?.(graph)
    expect(await json('compile', graph)).toMatchObject({ name: `my-${template}` })
    const { program } = await json('setup', graph)
    const ran = await json('exec', graph, ...given.exec)
    expect([template, ran.proved]).toEqual([template, false])
    const proved = await json('prove', graph, ...given.prove, '--out', result)
    const verified = await json('verify', result, '--graph', graph, '--proof', proof, ...given.verify)
    expect([template, verified]).toMatchObject([template, { valid: true, program }])
    // What it said without a proof is what the proof shows.
    for (const key of ['outputs', 'arguments', 'state', 'log']) {
      expect([template, key, verified[key]]).toEqual([template, key, ran[key]])
    }
    console.log(`${template}: ${proved.bytes} bytes, ${proved.seconds} s`)
  }
}, 600_000)
