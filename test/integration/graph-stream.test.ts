import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeHeader, HEADER_BYTES, headerHash, toDisplay } from '../../src/bitcoin/index.ts'
import { BusPlace } from '../support/bus-place.ts'
import { sharedData } from '../support/shared-data.ts'

/** A graph from its folder to a verified result, by the command, over real mainnet headers. */
const GRAPH = fileURLToPath(new URL('../../graphs/chain-stats', import.meta.url))
const MAINNET = ['--network', 'mainnet', '--insecure-dev-setup']
/** Height of the result, and of the later bus proof. */
const LAST = 189
const LATER = 199
let place: BusPlace
/** What the proof at the result's height commits to. */
let accumulator: string
beforeAll(async () => {
  place = await BusPlace.make()
})
afterAll(() => place.remove())

const wsc = async (...argv: string[]) => {
  const run = await place.run(...argv)
  return { ...run, json: run.stdout === '' ? null : JSON.parse(run.stdout) }
}
const verify = (file: string, proof = 'chain.proof', graph = GRAPH, ...more: string[]) =>
  wsc(
    'graph',
    'verify',
    place.file(file),
    '--proof',
    place.file(proof),
    '--graph',
    graph,
    '--json',
    ...more,
    ...MAINNET,
  )

describe('chain-stats over mainnet', () => {
  test('is what a plain computation says, run, proved and verified under the bus proof', async (context) => {
    const bytes = sharedData(context, 'headers/main_0_49999.bin').slice(0, (LATER + 1) * HEADER_BYTES)
    const file = await place.put('headers.bin', bytes)
    const headers = Array.from({ length: LAST + 1 }, (_, height) => decodeHeader(bytes, height * HEADER_BYTES))
    const times = headers.map(({ time }) => time)
    const greatest = Math.max(...times.slice(1).map((time, i) => time - times[i]!))
    const state = {
      ...{ first: `${times[0]}`, last: `${times.at(-1)}` },
      ...{ bits: `${headers[0]!.bits}`, greatest: `${2 ** 32 + greatest}`, begun: '1' },
    }
    const at = { height: LAST, blockHash: toDisplay(headerHash(headers.at(-1)!)), steps: 2 }

    const taken = ['--headers', file, '--height', `${LAST}`]
    const ran = await wsc('graph', 'exec', GRAPH, ...taken, '--network', 'mainnet', '--json')
    expect(ran).toMatchObject({ exit: 0, json: { ...at, proved: false, state, log: [] } })

    const out = place.file('stats.result')
    const proved = await wsc('graph', 'prove', GRAPH, ...taken, '--out', out, '--json', ...MAINNET)
    expect(proved).toMatchObject({ exit: 0, json: at })
    const chain = await place.prove('chain.proof', '--headers', file, '--to', `${LAST}`, ...MAINNET)
    accumulator = chain.accumulator
    const verified = await verify('stats.result')
    expect(verified).toMatchObject({ exit: 0, json: { valid: true, ...at, state, log: [], setup: 'insecure-dev' } })
    expect(verified.json.program).toBe(proved.json.program)
  }, 300_000)

  test('is verified under a later bus proof by a prefix proof, and refused without one', async () => {
    await place.prove('later.proof', '--headers', place.file('headers.bin'), ...MAINNET)
    const without = await verify('stats.result', 'later.proof')
    expect(without).toMatchObject({ exit: 1, json: { reason: 'wrong-height' } })
    expect(without.stderr).toContain(`wsc attest prefix ${LAST} --proof ${place.file('later.proof')}`)

    const under = ['--proof', place.file('later.proof'), '--json', ...MAINNET]
    const made = ['--headers', place.file('headers.bin'), '--out', place.file('stats.prefix')]
    expect(await wsc('attest', 'prefix', `${LAST}`, ...made, ...under)).toMatchObject({ exit: 0 })
    const prefix = ['--prefix', place.file('stats.prefix')]
    expect(await verify('stats.result', 'later.proof', GRAPH, ...prefix)).toMatchObject({
      ...{ exit: 0, json: { valid: true, height: LAST, confirmations: LATER - LAST + 1, steps: 2 } },
    })
    const checked = await wsc('check', place.file('stats.prefix'), ...under)
    expect(checked).toMatchObject({ exit: 0, json: { kind: 'header', payload: { accumulator } } })

    expect(await verify('stats.result', 'chain.proof', GRAPH, ...prefix)).toMatchObject({
      ...{ exit: 1, json: { reason: 'prefix:other-proof' }, stderr: expect.stringContaining('wsc attest refresh') },
    })
    expect(await verify('stats.result', 'later.proof', GRAPH, '--prefix', place.file('headers.bin'))).toMatchObject({
      ...{ exit: 1, json: { reason: 'prefix:not-an-attestation' } },
    })
  }, 300_000)

  test('is refused with a byte changed', async () => {
    const result = await readFile(place.file('stats.result'))
    for (const [what, at, reason] of [
      ['program', 6, 'wrong-program'],
      ['height', 38, 'wrong-height'],
      ['block', 42, 'wrong-block'],
      ['steps', 74, 'proof-invalid'],
      ['state', 79 + 32, 'wrong-state'],
      ['proof', result.length - 1, 'proof-invalid'],
    ] as const) {
      const altered = Buffer.from(result)
      altered[at]! ^= 1
      await writeFile(place.file('altered.result'), altered)
      const { exit, json } = await verify('altered.result')
      expect({ what, exit, reason: json.reason }).toEqual({ what, exit: 1, reason })
    }
  }, 300_000)
})

describe('a graph of one’s own', () => {
  test('begins as one that works, and is another program', async () => {
    const mine = place.file('my-stats')
    expect(await place.run('graph', 'init', mine)).toMatchObject({ exit: 0 })
    const [own, standard] = [await wsc('graph', 'setup', mine, '--json'), await wsc('graph', 'setup', GRAPH, '--json')]
    expect(own.json).toMatchObject({ key: standard.json.key, setup: 'insecure-dev' })
    expect(own.json.program).not.toBe(standard.json.program)
    expect(await verify('stats.result', 'chain.proof', mine)).toMatchObject({
      exit: 1,
      json: { reason: 'wrong-program' },
    })
    expect(await place.run('graph', 'init', mine)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('E_MANIFEST'),
    })
  })

  test('whose circuit is not what its manifest says, or does not compile, is told so', async () => {
    const mine = place.file('my-stats')
    const manifest = await readFile(`${mine}/graph.yaml`, 'utf8')
    await writeFile(`${mine}/graph.yaml`, manifest.replace('first, last', 'last'))
    expect(await place.run('graph', 'compile', mine)).toMatchObject({
      ...{ exit: 2, stderr: expect.stringContaining('7 public inputs and 7 outputs') },
    })
    await writeFile(`${mine}/graph.yaml`, `${manifest}\nmore: 1`)
    expect(await place.run('graph', 'compile', mine)).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/line \d+/),
    })
    await writeFile(`${mine}/graph.yaml`, manifest)
    await writeFile(
      `${mine}/chain-stats.circom`,
      'pragma circom 2.1.6;\ntemplate T() { signal output x; x <== y; }\ncomponent main = T();',
    )
    expect(await place.run('graph', 'compile', mine)).toMatchObject({
      ...{ exit: 2, stderr: expect.stringMatching(/chain-stats\.circom.*2/s) },
    })
  })
})
