import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { decodeHeader, HEADER_BYTES, headerHash, mainnet, toDisplay } from '../../src/bitcoin/index.ts'
import { advance, type ChainState, startState } from '../../src/bus/state.ts'
import { loadVerifier, type SnarkVerifier, verifyProof } from '../../src/index.ts'
import { poseidon } from '../bus/poseidon-reference.ts'
import { BusPlace, until } from './bus-place.ts'
import { sharedData } from './shared-data.ts'
import { judge, WebPlace } from './web-place.ts'

const INSECURE = ['--network', 'mainnet', '--insecure-dev-setup']

/** What every verifier says of a chain, from the native rules alone. */
function said({ context, history }: ChainState) {
  return {
    height: context.height,
    tip: toDisplay(context.hash),
    bits: context.bits.toString(16).padStart(8, '0'),
    chainwork: context.chainwork.toString(16),
    accumulator: history.commitment.toString(16).padStart(64, '0'),
  }
}

/**
 * Real mainnet headers from genesis, folded in as many stretches as there are heights. In each the prover is killed once
 * a new checkpoint stands, and goes on from it; at its end the proof is verified natively, in WebAssembly and in
 * Chromium, and says what the native rules say.
 */
export function genesisTestSuite(heights: readonly number[]): void {
  describe(`mainnet from genesis to ${heights.at(-1)}, killed and compressed ${heights.length} times`, () => {
    let place: BusPlace
    let web: WebPlace
    let page: Page
    let wasm: SnarkVerifier
    const state = { reached: startState(mainnet, poseidon) }

    beforeAll(async () => {
      ;[place, web, wasm] = await Promise.all([BusPlace.make(), WebPlace.make(), loadVerifier()])
      page = await web.open()
      await page.check('#insecure')
    }, 600_000)
    afterAll(() => Promise.all([place?.remove(), web?.remove()]))

    /** The native state at a height, from the one before. */
    const nativeAt = (test: TestContext, height: number): ChainState => {
      const bytes = sharedData(test, 'headers/main_0_49999.bin')
      while (state.reached.context.height < height) {
        const at = (state.reached.context.height + 1) * HEADER_BYTES
        const next = advance(state.reached, decodeHeader(bytes.subarray(at, at + HEADER_BYTES)), poseidon)
        if (!next.ok) throw new Error(`${next.reject}: ${next.detail}`)
        state.reached = next.next
      }
      return state.reached
    }

    it.for(heights)('at height %i', { timeout: 24 * 3600_000 }, async (height, test) => {
      const headers = await place.put('headers.bin', sharedData(test, 'headers/main_0_49999.bin'))
      const expected = said(nativeAt(test, height))
      const data = ['--data-dir', place.file('data'), '--headers', headers, '--to', String(height)]
      const killed = place.start(
        'bus',
        'prove',
        ...INSECURE,
        ...data,
        '--checkpoint-every',
        '1',
        '--out',
        place.file('no.proof'),
      )
      const newest = async () =>
        (await place.status(...INSECURE, '--data-dir', place.file('data')).catch(() => null))?.checkpoints[0]
      const before = await newest()
      let ended = false
      killed.done.then(() => {
        ended = true
      })
      await until(async () => ended || (await newest())?.file !== before?.file, 'a new checkpoint', 3600)
      killed.child.kill('SIGKILL')
      await killed.done

      const made = await place.prove(`${height}.proof`, ...INSECURE, ...data)
      expect(made).toMatchObject({ valid: true, ...expected })
      expect(await place.verify(`${height}.proof`, ...INSECURE)).toMatchObject({ exit: 0, valid: true, ...expected })

      const proof = new Uint8Array(await readFile(place.file(`${height}.proof`)))
      const now = Date.now() / 1000
      const result = await verifyProof(proof, { params: mainnet, verifier: wasm, now, allowInsecureSetup: true })
      if (!result.ok) throw new Error(`${result.reject}: ${result.detail}`)
      const { chain } = result
      expect({
        height: chain.height,
        tip: chain.tip,
        work: chain.work.toString(16),
        accumulator: chain.accumulator,
      }).toEqual({
        height,
        tip: expected.tip,
        work: expected.chainwork,
        accumulator: state.reached.history.commitment,
      })
      expect(chain.tip).toBe(toDisplay(headerHash(decodeHeader(headerAt(test, height)))))

      expect(await judge(page, place.file(`${height}.proof`))).toContain('Valid')
      expect(JSON.parse((await page.locator('#json').textContent()) ?? '')).toMatchObject({ valid: true, ...expected })
      expect(web.complaints()).toEqual([])
      console.log(`height ${height}: ${proof.length} bytes, ${made.seconds.toFixed(0)} s since the checkpoint`)
    })
  })
}

function headerAt(test: TestContext, height: number): Uint8Array {
  return sharedData(test, 'headers/main_0_49999.bin').subarray(height * HEADER_BYTES, (height + 1) * HEADER_BYTES)
}
