import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readR1csCounts } from '../../src/proving/io/index.ts'
import { smallCircuit } from '../folding/small-circuit.ts'

let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-r1cs-'))
  file = join(directory, 'r1cs')
})
afterEach(() => rm(directory, { recursive: true }))

const start = (sections: number) => {
  const bytes = Buffer.from('r1cs\u0001\0\0\0\0\0\0\0', 'latin1')
  bytes.writeUInt32LE(sections, 8)
  return bytes
}
/** An empty section of the type of constraints. */
const EMPTY = Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])

/** A circuit with so many empty sections before its own, and a count of sections that may be another. */
function behind(empty: number, sections: number): Buffer {
  return Buffer.concat([start(sections), ...Array<Buffer>(empty).fill(EMPTY), smallCircuit().subarray(12)])
}

describe('the header of an .r1cs file', () => {
  it('is found behind other sections', async () => {
    await writeFile(file, smallCircuit())
    const counts = await readR1csCounts(file)
    expect(counts.wires).toBe(7)
    await writeFile(file, behind(13, 16))
    expect(await readR1csCounts(file)).toEqual(counts)
  })

  it.each([
    ['no sections', behind(0, 0)],
    ['its header behind the last section that it counts', behind(3, 3)],
    ['more sections than any', behind(0, 17)],
    ['an end within its first bytes', start(3).subarray(0, 11)],
    ['an end within its header', smallCircuit().subarray(0, 80)],
  ])('is refused with %s', async (_, bytes) => {
    await writeFile(file, bytes)
    await expect(readR1csCounts(file)).rejects.toMatchObject({ code: 'E_SETUP' })
  })

  it('is not looked for in pipes, devices and directories', async () => {
    execFileSync('mkfifo', [file])
    for (const path of [file, '/dev/zero', directory]) {
      await expect(readR1csCounts(path), path).rejects.toMatchObject({ code: 'E_SETUP' })
    }
  })

  it('is no longer looked for once the signal is aborted', async () => {
    await writeFile(file, smallCircuit())
    await expect(readR1csCounts(file, AbortSignal.abort())).rejects.toMatchObject({ code: 'E_ABORTED' })
  })
})
