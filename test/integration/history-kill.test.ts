import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headerBytes } from '../../bench/support/headers.ts'
import { decodeHeader, headerHash, toDisplay } from '../../src/bitcoin/index.ts'
import { fileSource, type HeaderSource, History, memoryTable, openLevelTable } from '../../src/bus/io/index.ts'
import { NativeVerifier } from '../../src/proving/io/index.ts'
import { builtInKey } from '../support/bus-proof.ts'

/** The history store under `kill -9`: whatever is there afterwards is whole, and goes on to the same end. */
const writer = fileURLToPath(new URL('../support/history-writer.ts', import.meta.url))
const LAST = 6000
const KILLS = 8

let directory: string
let source: HeaderSource
let expected: History
let verifier: NativeVerifier
const { bytes } = headerBytes(LAST)
const start = { height: 0, header: decodeHeader(bytes) }
const owner = { params: '0', startHeight: 0, startHash: toDisplay(headerHash(start.header)) }

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-history-kill-'))
  await writeFile(join(directory, 'headers.bin'), bytes)
  const made = fileSource(bytes)
  if (!made.ok) throw new Error(made.reject)
  source = made.source
  verifier = new NativeVerifier(await builtInKey())
  expected = await History.open(start, memoryTable(), verifier)
  await expected.sync(source, LAST)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** Runs the writer and kills it once it has told of so many appends; the height it told of last. */
async function killedAfter(dir: string, appends: number): Promise<number> {
  const child = spawn(process.execPath, [writer, dir, join(directory, 'headers.bin'), JSON.stringify(owner)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = new Promise((resolve) => child.on('close', resolve))
  let height = 0
  let seen = 0
  for await (const line of createInterface(child.stdout)) {
    height = Number(line)
    if (++seen === appends) child.kill('SIGKILL')
  }
  await closed
  return height
}

describe('a killed history store', () => {
  it(`is whole after each of ${KILLS} kills`, async () => {
    const dir = join(directory, 'store')
    for (let kill = 0; kill < KILLS; kill++) {
      const reached = await killedAfter(dir, 1 + ((kill * 7) % 19))
      const history = await History.open(start, await openLevelTable(dir, owner), verifier)
      // What was told is there, since a killed process loses nothing that it has written.
      expect(history.tipHeight).toBeGreaterThanOrEqual(reached)
      expect(await history.commitment(history.tipHeight)).toBe(await expected.commitment(history.tipHeight))
      await history.close()
    }
    const history = await History.open(start, await openLevelTable(dir, owner), verifier)
    await history.sync(source, LAST)
    expect(await history.commitment(LAST)).toBe(await expected.commitment(LAST))
    for (const height of [0, 1, 777, LAST]) {
      expect(await history.path(height, LAST)).toEqual(await expected.path(height, LAST))
    }
    await history.close()
  })
})
