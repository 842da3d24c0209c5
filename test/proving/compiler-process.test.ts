import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCircom } from '../../src/proving/io/compiler-process.ts'

/** The compiler over what strangers write: it sees its folder, and has an end. */
let directory: string
let work: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wsc-compiler-'))
  work = join(directory, 'work')
  await mkdir(join(work, 'out'), { recursive: true })
})
afterEach(() => rm(directory, { recursive: true }))

const compile = async (source: string, timeoutMs = 60_000, signal?: AbortSignal) => {
  await writeFile(join(work, 'main.circom'), `pragma circom 2.1.6;\n${source}`)
  return await runCircom(work, ['main.circom', '--r1cs', '-o', 'out'], { timeoutMs, signal })
}

const body = (text: string) => `template T() { signal input a; signal output b; ${text} }\ncomponent main = T();`

test('what lies outside of its folder is not there', async () => {
  await writeFile(join(directory, 'secret.circom'), 'template Secret() {}')
  for (const path of ['../secret.circom', join(directory, 'secret.circom'), '/etc/passwd']) {
    const ran = await compile(`include "${path}";\n${body('b <== a;')}`)
    expect(ran, path).toMatchObject({ code: 1, isLate: false })
    expect(ran.stdout + ran.stderr).not.toContain('Secret')
  }
  expect(await compile(body('b <== a;'))).toMatchObject({ code: 0 })
})

test('a circuit that is computed without end is ended when its time is over, and by a signal', async () => {
  const endless = body('var i = 0; while (i < 1) { i = i * 2; } b <== a * i;')
  expect(await compile(endless, 2_000)).toMatchObject({ code: null, isLate: true })
  const abort = new AbortController()
  const running = compile(endless, 60_000, abort.signal)
  abort.abort()
  expect(await running).toMatchObject({ code: null, isLate: false })
})

test('a circuit that takes all memory ends its own process', async () => {
  const ran = await compile(body('var many[4000000000]; b <== a + many[3];'))
  expect(ran.code).not.toBe(0)
  expect(ran.isLate).toBe(false)
})
