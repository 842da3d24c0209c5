import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeField, encodeField } from '../../src/bus/index.ts'
import { openWasmProofVerifier } from '../../src/proving/index.ts'
import { winInput } from '../../storage/sampling/win-input.ts'
import { winPublicValues } from '../../storage/sampling/win-statement.ts'
import { attempt, lowHalf } from '../storage/encoded-partition.ts'
import { kernel } from '../storage/kernels.ts'
import { type ProvedWin, provedWin, WINS } from '../support/proved-win.ts'

let win: ProvedWin
beforeAll(async () => {
  win = await provedWin()
})
afterAll(() => win.witnesses.close())

test('a try that wins is proved, and verified natively and by WebAssembly', async () => {
  const { won, proof, publicValues, engine } = win
  expect(lowHalf(won.ticket)).toBeLessThan(won.statement.threshold)
  expect(publicValues).toEqual(winPublicValues(won.statement))
  expect(proof.length).toBe(2_656)
  const wasm = await openWasmProofVerifier(
    await readFile(new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url)),
    await readFile(win.keys.verifierKey),
  )
  expect(await engine.verify(proof, publicValues)).toEqual({ ok: true })
  expect(await wasm.verify(proof, publicValues)).toEqual({ ok: true })
  // A win of another network, block, key, partition, fill, table, network's threshold or try.
  const values = decodeField(publicValues)!
  for (const [i, value] of values.entries()) {
    const verdict = await engine.verify(proof, encodeField(values.with(i, value + 1n)))
    expect(verdict).toMatchObject({ ok: false, reject: 'proof-invalid' })
  }
  // A bit of each of its words, and its last byte left out or one added.
  const judge = async (forged: Uint8Array) => {
    const verdict = await engine.verify(forged, publicValues)
    return verdict.ok ? 'accepted' : verdict.reject
  }
  for (let at = 0; at < proof.length; at += 32) {
    const altered = proof.map((byte, i) => (i === at ? byte ^ 1 : byte))
    expect(await judge(altered), `byte ${at}`).toMatch(/^proof-(invalid|malformed)$/)
  }
  expect(await judge(proof.slice(0, -1))).toBe('proof-malformed')
  expect(await judge(new Uint8Array([...proof, 0]))).toBe('proof-malformed')
})

test('one that does not win has no witness', async () => {
  const { statement, units } = attempt(win.scene, WINS, 1, win.won.statement.threshold)
  await expect(win.witnesses.witness(winInput(kernel, statement, units))).rejects.toMatchObject({ code: 'E_WITNESS' })
})
