import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { SettlementPlace } from '../support/settlement-place.ts'
import { TINY_ARGUMENTS, tinyGraph } from '../support/tiny-graph.ts'

/** A graph with private arguments, its key made by two people and a block of regtest, by the command alone. */
let place: SettlementPlace
beforeAll(async () => {
  place = await SettlementPlace.make(2, { args: ['-txindex=1'] })
})
afterAll(() => place.remove())

const wsc = async (...argv: string[]) => {
  const { exit, stdout, stderr } = await place.run(...argv, '--json')
  return { exit, stderr, json: stdout.startsWith('{') ? JSON.parse(stdout) : null }
}
const rpc = (method: string, ...params: unknown[]) => place.node.client.call({ method, params, schema: z.unknown() })
const ceremony = (...argv: string[]) => wsc('graph', 'ceremony', ...argv)
const refused = (reason: string) => ({ exit: 1, json: { valid: false, reason } })

test('a ceremony from the first key to a result that is proved under it', async () => {
  const GRAPH = await tinyGraph(place.file('tiny'))
  const key = (n: number) => place.file(`${n}.zkey`)
  const development = await wsc('graph', 'setup', GRAPH)
  expect((await place.run('graph', 'ceremony', 'begin', GRAPH, '--out', key(0))).exit).toBe(0)
  expect(await ceremony('contribute', key(0), '--name', 'Alice', '--out', key(1))).toMatchObject({ exit: 0 })
  const last = await ceremony('contribute', key(1), '--name', 'Bob', '--out', key(2))
  expect(last).toMatchObject({ exit: 0, json: { contributions: [{ name: 'Alice' }, { name: 'Bob', beacon: null }] } })

  const hash = place.file('last.hash')
  expect(await ceremony('show', key(2), '--hash-out', hash)).toMatchObject({ exit: 0, json: { last: last.json.last } })
  expect((await readFile(hash)).toString('hex')).toBe(last.json.last)
  const [inscribed, other] = [
    await place.inscribe('--body', hash),
    await place.inscribe('--body', await place.put('other', 'x')),
  ]
  const inscription = inscribed.inscriptions[0]!.id
  const finish = (file: string, id = inscription) => ceremony('finish', file, '--graph', GRAPH, '--inscription', id)

  // The block is not there yet; it is the sixth after the one that holds the inscription.
  expect(await finish(key(2))).toMatchObject(refused('too-early'))
  await place.node.mine(8)
  expect(await finish(key(0))).toMatchObject(refused('no-contribution'))
  expect(await finish(key(1))).toMatchObject(refused('wrong-inscription'))
  expect(await finish(key(2), other.inscriptions[0]!.id)).toMatchObject(refused('wrong-inscription'))
  const finished = await finish(key(2))
  expect(finished).toMatchObject({
    ...{ exit: 0, json: { valid: true, setup: 'insecure-dev', contributions: [{ name: 'Alice' }, { name: 'Bob' }] } },
  })
  const { program, beacon } = finished.json
  expect(program).not.toBe(development.json.program)
  expect(beacon.hash).toBe(await rpc('getblockhash', beacon.height))

  // Anybody with the folder and a node finds the same.
  expect(await ceremony('verify', GRAPH)).toMatchObject({ exit: 0, json: { valid: true, program, beacon } })
  expect(await wsc('graph', 'setup', GRAPH)).toMatchObject({ exit: 0, json: { program } })
  const zkey = join(GRAPH, 'setup/ceremony.zkey')
  expect(await ceremony('contribute', zkey, '--name', 'Carol', '--out', key(3))).toMatchObject(refused('finished'))

  // An argument that nobody else sees, in a file that nobody else reads.
  const given = await place.put('given.json', JSON.stringify(TINY_ARGUMENTS))
  await chmod(given, 0o644)
  const proof = place.file('chain.proof')
  await place.json('bus', 'prove', '--out', proof)
  const out = place.file('tiny.result')
  const prove = () => wsc('graph', 'prove', GRAPH, '--arguments', given, '--proof', proof, '--out', out)
  expect(await prove()).toMatchObject({ exit: 2, stderr: expect.stringContaining('others may read it') })
  await chmod(given, 0o600)
  expect(await wsc('graph', 'exec', GRAPH, '--arguments', given)).toMatchObject({
    json: { outputs: { mark: '106' }, arguments: { recipient: '5', root: ['0', '0', '7', '0'] }, proved: false },
  })
  const proved = await prove()
  expect(proved).toMatchObject({ exit: 0, json: { program, outputs: { mark: '106' } } })
  const verify = (file = out) => wsc('graph', 'verify', file, '--graph', GRAPH, '--proof', proof)
  const valid = { exit: 0, json: { valid: true, program, outputs: { mark: '106' }, arguments: { recipient: '5' } } }
  expect(await verify()).toMatchObject(valid)

  // Another's recipient, and another value: it has the elements 32 bytes each after 75 bytes.
  const result = await readFile(out)
  const altered = async (element: number) => {
    const at = 75 + 32 * element
    return await place.put(`altered-${element}`, result.with(at, result[at]! ^ 1))
  }
  expect(await verify(await altered(3))).toMatchObject(refused('proof-invalid'))
  expect(await verify(await altered(0))).toMatchObject(refused('proof-invalid'))

  // A contribution that was altered, and a beacon of a block that is another one now.
  const sound = await readFile(zkey)
  await writeFile(zkey, sound.with(sound.length - 300, sound[sound.length - 300]! ^ 1))
  expect(await ceremony('verify', GRAPH)).toMatchObject(refused('key-invalid'))
  await writeFile(zkey, sound.subarray(0, 100))
  expect(await ceremony('verify', GRAPH)).toMatchObject(refused('not-a-key'))
  await writeFile(zkey, sound)
  await rpc('invalidateblock', beacon.hash)
  await place.node.mine(20)
  expect(await ceremony('verify', GRAPH)).toMatchObject(refused('wrong-beacon'))
}, 300_000)
