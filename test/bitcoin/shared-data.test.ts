import { hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import {
  checkHeaderFile,
  checkProofOfWork,
  contextFromHeaders,
  decodeHeader,
  fromDisplay,
  headerHash,
  mainnet,
  type NetworkParams,
  signet,
  testnet4,
  toDisplay,
} from '../../src/bitcoin/index.ts'
import { testnet3 } from '../support/excerpts.ts'
import { checkRetarget, type Retarget } from '../support/retarget-vector.ts'
import { sharedData, sharedJson } from '../support/shared-data.ts'

interface Sidecar {
  readonly end_height: number
  readonly last_hash: string
}

describe('large real data', () => {
  const chains: readonly (readonly [string, NetworkParams])[] = [
    ['main_0_49999', mainnet],
    ['main_alt_0_2016', mainnet],
    ['signet_0_100', signet],
    ['test4_0_100', testnet4],
    ['test3_0_9999', testnet3],
  ]
  for (const [name, params] of chains) {
    it(`${name} passes from its genesis`, (test) => {
      const bytes = sharedData(test, `headers/${name}.bin`)
      const sidecar = sharedJson<Sidecar>(test, `headers/${name}.json`)
      const started = performance.now()
      const result = checkHeaderFile(params, bytes)
      if (!result.ok) throw new Error(`${result.reject} at ${result.height}: ${result.detail}`)
      const seconds = (performance.now() - started) / 1000
      console.log(`${name}: ${Math.round(result.next.height / seconds)} headers a second`)
      expect(result.next.height).toBe(sidecar.end_height)
      expect(toDisplay(result.next.hash)).toBe(sidecar.last_hash)
    })
  }

  it('the first epoch sums up to 2016 blocks of difficulty 1', (test) => {
    const result = checkHeaderFile(mainnet, sharedData(test, 'headers/main_0_49999.bin'), { to: 2015 })
    expect(result).toMatchObject({ ok: true, next: { chainwork: 2016n * 0x100010001n } })
  })

  it('main_822527_830592 passes from an anchor', (test) => {
    const bytes = sharedData(test, 'headers/main_822527_830592.bin')
    const anchor = contextFromHeaders(mainnet, bytes, 822_527, 822_538)
    if (!anchor.ok) throw new Error(anchor.reject)
    const result = checkHeaderFile(mainnet, bytes, { startHeight: 822_527, context: anchor.next })
    if (!result.ok) throw new Error(`${result.reject} at ${result.height}: ${result.detail}`)
    expect(result.next.height).toBe(830_592)
    expect(toDisplay(result.next.hash)).toBe('00000000000000000000506183a8b30fa3224b85e82a70416e1d594bdb632fdb')
  })

  it('every retarget vector', (test) => {
    const { vectors } = sharedJson<{ vectors: Retarget[] }>(test, 'vectors/main_retargets.json')
    for (const one of vectors) checkRetarget(one)
    expect(vectors).toHaveLength(207)
  })

  it('every stale header has its hash and its work', (test) => {
    const { records } = sharedJson<{ records: { hash: string; header: string }[] }>(
      test,
      'vectors/main_stale_headers.json',
    )
    for (const { hash, header } of records) {
      const decoded = decodeHeader(hexToBytes(header))
      expect(toDisplay(headerHash(decoded))).toBe(hash)
      expect(checkProofOfWork(mainnet, decoded.bits, fromDisplay(hash))).toBeUndefined()
    }
    expect(records).toHaveLength(207)
  })
})
