import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HEADER_BYTES } from '../../src/bitcoin/index.ts'
import { decodeResult, encodeResult } from '../../src/compute/index.ts'
import { BusPlace } from '../support/bus-place.ts'

/** The template `circuit`, by the command: a drop, a claim that is proved by Groth16, and what a thief makes of it. */
const HEADERS = fileURLToPath(new URL('../../graphs/chain-stats/vectors/mainnet-0-199.headers', import.meta.url))
const MAINNET = ['--network', 'mainnet', '--insecure-dev-setup']
const LAST = 3
let place: BusPlace
beforeAll(async () => {
  place = await BusPlace.make()
})
afterAll(() => place.remove())

const wsc = async (...argv: string[]) => {
  const { exit, stdout, stderr } = await place.run(...argv)
  return { exit, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : null }
}

test('airdrop: from init to a verified claim, which pays nobody else', async () => {
  const GRAPH = place.file('my-drop')
  expect(await wsc('graph', 'init', GRAPH, '--template', 'circuit')).toMatchObject({ exit: 0 })
  const leaves: string[] = []
  for (const [i, name] of ['a', 'b'].entries()) {
    const { json } = await wsc('airdrop', 'identity', place.file(name), '--json')
    leaves.push(`${json.identity} ${1000 * (i + 1)}`)
  }
  const list = await place.put('leaves.txt', `${leaves.join('\n')}\n`)
  const claimed = await wsc(
    ...['airdrop', 'claim', list, '--secret', place.file('b'), '--script', `5120${'ab'.repeat(32)}`],
    ...['--out', place.file('claim.json'), '--json'],
  )
  const { root, recipient, nullifier } = claimed.json
  expect((await wsc('airdrop', 'tree', list, '--json')).json).toEqual({ root, leaves: 2, amount: '3000' })
  const said = { outputs: { nullifier, amount: '2000' }, arguments: { root, recipient } }

  const given = ['--arguments', place.file('claim.json')]
  expect(await wsc('graph', 'exec', GRAPH, ...given, '--json')).toMatchObject({ exit: 0, json: said })

  const headers = await place.put('headers', (await readFile(HEADERS)).subarray(0, (LAST + 1) * HEADER_BYTES))
  await place.prove('chain.proof', '--headers', headers, '--to', `${LAST}`, ...MAINNET)
  const under = ['--proof', place.file('chain.proof'), ...MAINNET, '--json']
  const out = place.file('claim.result')
  const proved = await wsc('graph', 'prove', GRAPH, ...given, '--out', out, ...under)
  expect(proved).toMatchObject({ exit: 0, json: said })
  console.log(`airdrop: ${proved.json.bytes} bytes, ${proved.json.seconds} s`)

  const verify = async (file: string) => {
    const { exit, json } = await wsc('graph', 'verify', file, '--graph', GRAPH, ...under)
    return exit === 0 ? json : json.reason
  }
  expect(await verify(out)).toMatchObject({ valid: true, height: LAST, ...said })

  // Copied, with something changed.
  const read = decodeResult(new Uint8Array(await readFile(out)))
  if (!read.ok || read.result.kind !== 'circuit') throw new Error('no result of a circuit')
  const { result } = read
  const other = async (change: Partial<typeof result>) => {
    await writeFile(place.file('copy'), encodeResult({ ...result, ...change }))
    return await verify(place.file('copy'))
  }
  const { values } = result
  expect(values).toEqual([nullifier, '2000', root, recipient].map(BigInt))
  for (const i of values.keys()) expect(await other({ values: values.with(i, values[i]! + 1n) })).toBe('proof-invalid')
  // So many values no result of this program has.
  expect(await other({ values: values.slice(1) })).toBe('wrong-program')
  expect(await other({ height: LAST - 1 })).toMatch(/^wrong-(height|block)$/)
  expect(await other({ program: result.program.with(0, result.program[0]! ^ 1) })).toBe('wrong-program')
  expect(await other({ proof: result.proof.with(40, result.proof[40]! ^ 1) })).toMatch(/^proof-(malformed|invalid)$/)
  expect(await other({ proof: result.proof.subarray(1) })).toBe('proof-malformed')
}, 600_000)
