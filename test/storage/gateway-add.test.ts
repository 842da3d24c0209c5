import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { regtest } from '../../src/bitcoin/index.ts'
import { storageParams } from '../../storage/index.ts'
import { openGateway } from '../../storage/io/index.ts'
import { someBytes } from './bytes.ts'
import { kernel } from './kernels.ts'
import { REGTEST } from './reading-place.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-add-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const open = () =>
  openGateway({ host: '127.0.0.1', port: 0, kernel, params: storageParams(regtest), chain: REGTEST, state: dir })
const kept = async () => (await readdir(join(dir, 'blobs'))).sort()

it('leaves nothing of a file that has become shorter when it is read again', async () => {
  const gateway = await open()
  const path = join(dir, 'changes')
  await writeFile(path, someBytes(1_000))
  let changed = false
  const onProgress = (done: number, of: number) => {
    if (changed || done < of / 2) return
    changed = true
    writeFileSync(path, someBytes(500, 2))
  }
  expect(await gateway.add(path, { onProgress })).toMatchObject({ ok: false, reject: 'changed' })
  expect(changed).toBe(true)
  expect(await kept()).toEqual([])
  await gateway.service.stop()
})

it('of two gateways into one folder at once keeps both', async () => {
  const gateways = [await open(), await open()]
  const added = await Promise.all(
    gateways.map(async (gateway, i) => {
      const path = join(dir, `file-${i}`)
      await writeFile(path, someBytes(200_000, i))
      return await gateway.add(path)
    }),
  )
  const names = await kept()
  for (const one of added) {
    if (!one.ok) throw new Error(one.detail)
    expect(names).toEqual(expect.arrayContaining([`${one.id}.json`, `${one.id}.units`]))
  }
  expect(names).toHaveLength(8)
  for (const gateway of gateways) await gateway.service.stop()
})

it('sweeps what one that was killed has left, and not what another writes', async () => {
  const blobs = join(dir, 'blobs')
  await mkdir(blobs)
  for (const name of ['new-0.units', 'new-1.units']) await writeFile(join(blobs, name), 'units')
  await utimes(join(blobs, 'new-0.units'), 1_700_000_000, 1_700_000_000)
  const gateway = await open()
  expect(await kept()).toEqual(['new-1.units'])
  await gateway.service.stop()
})
