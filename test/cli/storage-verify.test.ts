import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInProcess } from '../support/in-process.ts'

const vector = (name: string) => fileURLToPath(new URL(`../vectors/${name}`, import.meta.url))
const certificate = vector('certificates/two-keys.certificate')
const proof = ['--proof', vector('mainnet-height-10.proof')]

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-certificate-'))
})
afterAll(() => rm(dir, { recursive: true }))

async function verify(...argv: string[]) {
  return await runInProcess(['storage', 'verify', ...argv], { clock: Date.now })
}

describe('wsc storage verify', () => {
  it('tells what is wrong: the proof, the set-up, the certificate, the proof it was made under', async () => {
    const refused = async (...argv: string[]) => {
      const { exit, stdout } = await verify(...argv, '--json')
      const { valid, reason, replication, claim } = JSON.parse(stdout)
      expect([exit, valid, replication, claim]).toEqual([1, false, null, null])
      return reason
    }
    expect(await refused(certificate, ...proof)).toBe('proof:insecure-setup')
    expect(await refused(certificate, ...proof, '--insecure-dev-setup')).toBe('challenge:other-proof')
    const none = join(dir, 'none')
    await writeFile(none, 'not one')
    expect(await refused(none, ...proof, '--insecure-dev-setup')).toBe('not-a-certificate')
  })

  it('judges no wins under the development powers where the ceremony’s are needed', async () => {
    const { exit, stdout, stderr } = await verify(certificate, ...proof, '--own-table')
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toContain('must rest on the public ceremony')
  })

  it('judges nothing without files, or by a key that is none', async () => {
    expect((await verify(join(dir, 'missing'), ...proof)).exit).toBe(2)
    expect((await verify(certificate)).exit).toBe(2)
    const key = ['--certificate-key', certificate]
    expect((await verify(certificate, ...proof, '--insecure-dev-setup', ...key)).exit).toBe(2)
  })
})
