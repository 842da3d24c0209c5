import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BusPlace } from '../support/bus-place.ts'

/** Data directories that cannot be worked in, through the command: exit 2, a code, and nothing in them touched. */
let place: BusPlace
let headers: string
beforeAll(async () => {
  place = await BusPlace.make()
  headers = await place.regtestHeaders('headers.bin', 8)
})
afterAll(() => place.remove())

const prove = (dir: string, ...more: string[]) => {
  const out = ['--out', place.file('d.proof')]
  return place.run('bus', 'prove', '--network', 'regtest', '--headers', headers, '--data-dir', dir, ...out, ...more)
}

describe('a data directory', () => {
  it.each([
    ['of a later version', '{"format":99,"params":"p","start":"s","keyId":"k"}', 'format 99'],
    ['of no known version', '{"layout":"new"}', 'an unknown format'],
    ['whose version is half-written', '{"form', 'an unknown format'],
  ])('%s is refused and left alone', async (name, version, said) => {
    const dir = place.file(name.replaceAll(' ', '-'))
    await mkdir(join(dir, 'checkpoints'), { recursive: true })
    await writeFile(join(dir, 'version.json'), version)
    await writeFile(join(dir, 'checkpoints', 'theirs'), 'kept')
    const run = await prove(dir)
    expect(run).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('E_DATA_DIR_VERSION') })
    expect(run.stderr).toContain(said)
    expect(await readFile(join(dir, 'version.json'), 'utf8')).toBe(version)
    expect(await readdir(join(dir, 'checkpoints'))).toEqual(['theirs'])
  })

  it('of another chain is refused and named', async () => {
    const dir = place.file('taken')
    expect((await prove(dir, '--to', '1')).exit).toBe(0)
    const network = {
      name: 'lab',
      genesisHeader: Buffer.from((await readFile(headers)).subarray(0, 80)).toString('hex'),
      limit: '207fffff',
      epochLength: 2016,
      retargeting: false,
      versionHeights: { v2: 1, v3: 1, v4: 1 },
    }
    const lab = await place.put('lab.json', JSON.stringify(network))
    const out = place.file('lab.proof')
    const run = await place.run('bus', 'prove', '--network', lab, '--headers', headers, '--data-dir', dir, '--out', out)
    expect(run).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('E_DATA_DIR_MISMATCH') })
    expect((await place.status('--network', 'regtest', '--data-dir', dir)).checkpoints).toHaveLength(1)
  })
})

const disk = { mounted: false, reason: '' }
const own = await BusPlace.make()
const full = own.dir
try {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', full], { stdio: 'pipe' })
  disk.mounted = true
} catch (error) {
  console.error(`a full disk: skipped, a tmpfs cannot be mounted here (root may): ${(error as Error).message}`)
}

describe.skipIf(!disk.mounted)('a disk of 20 MB that fills while checkpointing', () => {
  afterAll(() => {
    execFileSync('umount', [full])
    return own.remove()
  })

  it('ends the run with exit 2 and a plain message, and the run goes on once there is room', async () => {
    const dir = join(full, 'data')
    const data = ['--network', 'regtest', '--data-dir', dir]
    // A checkpoint a step, 8 MB each: the third does not fit.
    const run = await prove(dir, '--checkpoint-every', '0')
    expect(run).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('E_DISK_FULL') })
    expect(run.stderr).toContain('no space left')
    const { checkpoints } = await place.status(...data)
    expect(checkpoints.length).toBeGreaterThan(0)
    expect((await readdir(join(dir, 'checkpoints'))).filter((name) => name.endsWith('.partial'))).toEqual([])

    execFileSync('mount', ['-o', 'remount,size=200m', full], { stdio: 'pipe' })
    const again = await prove(dir)
    expect(again).toMatchObject({ exit: 0, stderr: expect.stringContaining('goes on from the checkpoint at height') })
    expect(again.stderr).toContain(`at height ${checkpoints[0]?.height}\n`)
    expect(await place.verify('d.proof', '--network', 'regtest')).toMatchObject({ exit: 0, height: 8 })
  })
})
