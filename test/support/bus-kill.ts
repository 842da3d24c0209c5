import { existsSync } from 'node:fs'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headerHash, toDisplay } from '../../src/bitcoin/index.ts'
import { headerFile, mineChain } from '../bus/chain-fixture.ts'
import { provedJson } from './bus-json.ts'
import { BusPlace, until } from './bus-place.ts'

/** Kills `wsc bus prove` at random moments, as a power cut would, and lets it go on from what is on the disk. */
export function killTestSuite(kills: number, headers: number): void {
  let place: BusPlace
  let base: string[]
  const chain = mineChain(headers)
  const tip = toDisplay(headerHash(chain.headers.at(-1)!))
  const dir = () => place.file('killed')
  const checkpoints = async () =>
    existsSync(join(dir(), 'status.json'))
      ? (await place.status('--network', 'regtest', '--data-dir', dir())).checkpoints
      : []

  beforeAll(async () => {
    place = await BusPlace.make()
    const file = await place.put('headers.bin', headerFile(chain.headers))
    // A checkpoint after every step: the more often one is written, the likelier a kill is in the middle of it.
    base = ['bus', 'prove', '--network', 'regtest', '--headers', file, '--data-dir', dir(), '--checkpoint-every', '0']
  })
  afterAll(() => place.remove())

  describe(`kill -9 in the middle of proving, ${kills} times`, () => {
    let before: number

    it('loses nothing that a checkpoint holds', async () => {
      let resumed = 0
      let height = 0
      for (let kill = 0; kill < kills; kill++) {
        const out = place.file('killed.proof')
        const run = place.start(...base, '--out', out, '--to', String(headers - 3))
        // From the moment it works on its directory: what comes before (loading keys) changes nothing.
        const known = (await checkpoints()).map(({ file }) => file)
        await until(async () => (await checkpoints()).some(({ file }) => !known.includes(file)), 'a new checkpoint')
        await delay(Math.random() * 1000)
        run.child.kill('SIGKILL')
        const { exit, stderr } = await run.done
        expect([exit, stderr]).toEqual([null, expect.any(String)])
        const from = /goes on from the checkpoint at height (\d+)/.exec(stderr)?.[1]
        if (kill > 0) expect(Number(from)).toBe(height)
        if (from !== undefined) resumed++
        height = (await checkpoints())[0]?.height ?? 0
        expect(height).toBeGreaterThan(0)
        expect(existsSync(out)).toBe(false)
        // Nearly there: the next kill would come after the end.
        if (height >= headers - 60) break
      }
      before = height
      console.log(`killed, resumed ${resumed} times, newest checkpoint at height ${height} of ${headers}`)
    })

    it('goes on past a checkpoint cut short and what a writer left half-done', async () => {
      const folder = join(dir(), 'checkpoints')
      const [newest, older] = await checkpoints()
      if (newest === undefined || older === undefined) throw new Error('fewer than two checkpoints')
      await truncate(join(folder, newest.file), 1_000_000)
      await writeFile(join(folder, `${newest.file}.partial`), new Uint8Array(500_000))
      await writeFile(join(dir(), 'status.json.partial'), '{"netw')

      const run = place.start(...base, '--out', place.file('whole.proof'), '--json')
      await until(() => run.stderr().includes('goes on from'), 'resuming')
      expect(run.stderr()).toContain(`goes on from the checkpoint at height ${older.height}\n`)
      expect(newest.height).toBe(before)

      // Meanwhile: the directory belongs to this process, and can be looked at.
      const second = await place.run(...base, '--out', place.file('second.proof'))
      expect(second).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('E_LOCKED') })
      expect(second.stderr).toContain('--data-dir')
      expect(await place.status('--network', 'regtest', '--data-dir', dir())).toMatchObject({
        running: true,
        to: headers,
      })

      const { exit, stdout, stderr } = await run.done
      expect([exit, stderr]).toEqual([0, expect.any(String)])
      expect(provedJson.parse(JSON.parse(stdout))).toMatchObject({ height: headers, tip })
      expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([])
    })

    it('and the proof verifies', async () => {
      const proved = await place.verify('whole.proof', '--network', 'regtest')
      expect(proved).toMatchObject({ exit: 0, valid: true, height: headers, tip })
      const status = await place.status('--network', 'regtest', '--data-dir', dir())
      expect(status).toMatchObject({ running: false, height: headers, tip, lastProof: { height: headers } })
      expect(status.lastProof?.bytes).toBe((await readFile(place.file('whole.proof'))).length)
    })

    it('an interrupt saves what is finished', async () => {
      const data = ['--data-dir', place.file('interrupted')]
      const file = place.file('headers.bin')
      const run = place.start(
        ...['bus', 'prove', '--network', 'regtest', '--headers', file, ...data, '--out', place.file('i.proof')],
      )
      await until(() => run.stderr().includes('folded'), 'folding')
      run.child.kill('SIGINT')
      const { exit, stderr } = await run.done
      expect([exit, stderr]).toEqual([130, expect.stringContaining('saved')])
      expect(existsSync(place.file('i.proof'))).toBe(false)
      const { checkpoints: saved } = await place.status('--network', 'regtest', ...data)
      expect(saved[0]?.height).toBeGreaterThan(0)
    })
  })
}
