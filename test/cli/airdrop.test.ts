import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimOf, identityOf, leafOf, nullifierOf } from '../compute/airdrop.ts'
import { runInProcess } from '../support/in-process.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-airdrop-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function wsc(...argv: string[]) {
  const { exit, stdout, stderr } = await runInProcess(['airdrop', ...argv, '--json'])
  return { exit, stderr, json: stdout === '' ? null : JSON.parse(stdout) }
}
const at = (name: string) => join(dir, name)
const SCRIPT = '0014751e76e8199196d454941c45d1b3a323f1433bd6'

test('a drop, from secrets to a claim that names its leaf', async () => {
  const secrets: bigint[] = []
  for (const name of ['a', 'b', 'c']) {
    const { exit, json } = await wsc('identity', at(name))
    expect(exit).toBe(0)
    secrets.push(BigInt(`0x${(await readFile(at(name), 'utf8')).trim()}`))
    expect(json).toEqual({ identity: `${identityOf(secrets.at(-1)!)}` })
    expect((await stat(at(name))).mode & 0o777).toBe(0o600)
    // A secret that is there is kept.
    expect((await wsc('identity', at(name))).json).toEqual(json)
  }
  expect(new Set(secrets).size).toBe(3)
  const lines = secrets.map((secret, i) => `${identityOf(secret)}\t${1000 * i}\r`)
  await writeFile(at('leaves'), `# drop\n\n${lines.join('\n')}\n`)
  const leaves = secrets.map((secret, i) => leafOf(identityOf(secret), BigInt(1000 * i)))
  const { root, children } = claimOf(4, leaves, 1)
  expect(await wsc('tree', at('leaves'))).toMatchObject({ json: { root: `${root}`, leaves: 3, amount: '3000' } })

  const claiming = ['claim', at('leaves'), '--secret', at('b'), '--script', SCRIPT, '--out', at('claim')]
  const { json } = await wsc(...claiming)
  // SHA-256 of the script, less its last byte.
  expect(BigInt(json.recipient).toString(16)).toBe(RECIPIENT)
  expect(json).toMatchObject({ root: `${root}`, nullifier: `${nullifierOf(secrets[1]!, root)}` })
  expect((await stat(at('claim'))).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(at('claim'), 'utf8'))).toEqual({
    ...{ root: `${root}`, recipient: json.recipient, secret: `${secrets[1]}`, amountOfLeaf: '1000', place: '1' },
    children: children.flat().map(String),
  })
  expect(await wsc(...claiming)).toMatchObject({ exit: 2, stderr: expect.stringMatching(/there already/) })
})

const RECIPIENT = '8838f796bf4970b148779c05b74b8c49515b322d04035f7faa5d9b2375df23'

test('what is wrong is told, and no secret', async () => {
  await wsc('identity', at('a'))
  const refused = async (message: RegExp, ...argv: string[]) =>
    expect(await wsc(...argv)).toMatchObject({ exit: 2, json: null, stderr: expect.stringMatching(message) })
  const claim = (leaves: string, secret: string, script = SCRIPT) =>
    ['claim', leaves, '--secret', secret, '--script', script, '--out', at('out')] as const
  for (const [text, message] of [
    ['', /from 1 to 65536/],
    ['5 5\n5 5 5', /line 2: must be an identity and an amount/],
    ['5 -5', /line 1/],
    ['0x5 5', /line 1/],
    ['5 18446744073709551616', /not below 2\^64/],
    ['5 5\n5 6', /leaf already/],
    [`${'9'.repeat(78)} 1`, /no element of the field/],
  ] as const) {
    await writeFile(at('leaves'), text)
    await refused(message, 'tree', at('leaves'))
  }
  await writeFile(at('leaves'), '5 5')
  await refused(/no leaf of this secret/, ...claim(at('leaves'), at('a')))
  await refused(/lower-case hex/, ...claim(at('leaves'), at('a'), '00zz'))
  await refused(/no such file/, ...claim(at('none'), at('a')))
  await writeFile(at('open'), '00'.repeat(31))
  await refused(/chmod 600/, ...claim(at('leaves'), at('open')))
  await writeFile(at('short'), '0011', { mode: 0o600 })
  await refused(/holds no secret/, ...claim(at('leaves'), at('short')))
  const secret = (await readFile(at('a'), 'utf8')).trim()
  expect((await wsc(...claim(at('leaves'), at('a')))).stderr).not.toContain(BigInt(`0x${secret}`).toString())
})
