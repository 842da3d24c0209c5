import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as browser from '../../src/browser.ts'
import * as node from '../../src/index.ts'
import { checkHeaderFile, checkNotTooNew, contextFromHeaders, regtest, startContext } from '../../src/index.ts'
import { headerFile, mineChain, regtestStart } from '../bus/chain-fixture.ts'
import { FakeEngine } from '../bus/fake-engine.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { channel, request } from '../web/worker-channel.ts'
import { refusesWrongTypes, type Takes } from './wrong-types.ts'

const { headers, states } = mineChain(4)
const bytes = headerFile(headers)
const proof = await fakeProof(states[3]!)
const verifier = new FakeEngine(regtestStart())
const NOW = 1_800_000_000

const isBytes: Takes = (value) => value instanceof Uint8Array
const isText: Takes = (value) => typeof value === 'string'
const isBoolean: Takes = (value) => typeof value === 'boolean'
const isHeight: Takes = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32
const isWork: Takes = (value) => typeof value === 'bigint' && value >= 0n
const isTime: Takes = (value) => typeof value === 'number' && value >= 0 && value < 2 ** 33
const isFunction: Takes = (value) => typeof value === 'function'
/** Nothing that is made at random is one of these. */
const never: Takes = () => false

describe('proofs', () => {
  const verifying = { now: isTime, allowInsecureSetup: isBoolean, minWork: isWork }
  refusesWrongTypes({
    name: 'verifyProof',
    good: () => ({ params: regtest, verifier, now: NOW }),
    takes: { ...verifying, params: never, verifier: never, anchor: never },
    codes: ['E_NOW', 'E_MIN_WORK'],
    call: (options) => node.verifyProof(proof, options),
  })
  refusesWrongTypes({
    name: 'verifyProofRequest',
    good: () => ({ proof, network: 'regtest', now: NOW }),
    takes: { ...verifying, proof: isBytes, network: never, anchor: never },
    codes: ['E_NOW', 'E_MIN_WORK', 'E_REQUEST', 'E_PARAMS', 'E_ANCHOR'],
    call: (options) => node.verifyProofRequest(options, verifier),
  })
  refusesWrongTypes({
    name: 'fetchProof, what it verifies by',
    good: () => ({ params: regtest, verifier, now: NOW }),
    takes: { ...verifying, params: never, verifier: never, anchor: never },
    codes: ['E_NOW', 'E_MIN_WORK'],
    call: (options) => node.fetchProof('http://127.0.0.1:1', options),
  })

  it('verifyProof takes bytes for a proof and nothing else', async () => {
    for (const value of ['text', [...proof], proof.buffer, null, undefined, new Uint16Array(8)]) {
      const verified = node.verifyProof(value as never, { params: regtest, verifier, now: NOW })
      await expect(verified).rejects.toMatchObject({ code: 'E_OPTIONS' })
    }
  })

  it('parts of parameters and of an anchor of a wrong type are refused too', async () => {
    const context = startContext(regtest)
    const good = { params: regtest, verifier, now: NOW }
    for (const params of [
      ...Object.keys(regtest).map((name) => ({ ...regtest, [name]: 'text' === name ? 0 : [] })),
      { ...regtest, genesis: { ...regtest.genesis, time: '1296688602' } },
      { ...regtest, custom: 'false' },
      { ...regtest, rpcPort: '18443' },
    ]) {
      await expect(node.verifyProof(proof, { ...good, params } as never)).rejects.toMatchObject({ code: 'E_OPTIONS' })
    }
    for (const name of Object.keys(context)) {
      const anchor = { ...context, [name]: '1' } as never
      await expect(node.verifyProof(proof, { ...good, anchor })).rejects.toMatchObject({ code: 'E_OPTIONS' })
    }
  })
})

describe('headers', () => {
  refusesWrongTypes({
    name: 'checkHeaderFile',
    good: () => ({ startHeight: 1, to: 4, context: startContext(regtest) }),
    takes: { startHeight: isHeight, to: isHeight, context: never },
    call: (options) => checkHeaderFile(regtest, bytes, options),
  })

  it('contextFromHeaders and checkNotTooNew take numbers for heights and times', () => {
    for (const wrong of ['1', 1n, Number.NaN, null, undefined, [1]] as never[]) {
      const refused = expect.objectContaining({ code: 'E_OPTIONS' })
      expect(() => contextFromHeaders(regtest, bytes, wrong, 3)).toThrow(refused)
      expect(() => contextFromHeaders(regtest, bytes, 1, wrong)).toThrow(refused)
      expect(() => checkNotTooNew(NOW, wrong)).toThrow(refused)
      expect(() => checkNotTooNew(wrong, NOW)).toThrow(refused)
    }
  })
})

describe('attestations', () => {
  it('verifyAttestationRequest takes bytes, and a chain that was proved', () => {
    const chain = { height: 4, accumulator: 1n, anchor: null }
    const good = { attestation: new Uint8Array(9), chain }
    expect(node.verifyAttestationRequest(good, verifier).result.ok).toBe(false)
    for (const wrong of [
      null,
      { ...good, attestation: 'text' },
      { ...good, chain: null },
      { ...good, chain: { ...chain, height: '4' } },
      { ...good, chain: { ...chain, accumulator: '1' } },
      { ...good, chain: { ...chain, anchor: undefined } },
      { ...good, chain: { ...chain, anchor: { height: '1' } } },
      { ...good, chain: { ...chain, anchor: 5 } },
    ]) {
      expect(() => node.verifyAttestationRequest(wrong as never, verifier)).toThrow(
        expect.objectContaining({ code: 'E_REQUEST' }),
      )
    }
  })
})

const isPositive: Takes = (value) => Number.isInteger(value) && (value as number) > 0
const isPort: Takes = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_536

describe('bitcoind and wallets', () => {
  const url = 'http://127.0.0.1:1'
  refusesWrongTypes({
    name: 'BitcoindClient',
    good: () => ({ url }),
    takes: { url: isText, auth: never, timeoutMs: isPositive, patienceMs: isHeight },
    call: (options) => new node.BitcoindClient(options).close(),
  })
  refusesWrongTypes({
    name: 'ChainFeed',
    good: () => ({ client: new node.BitcoindClient({ url }) }),
    takes: { client: never, params: never, pollMs: isPositive, backoffMs: isPositive },
    call: (options) => void new node.ChainFeed(options),
  })
  refusesWrongTypes({
    name: 'openWallet',
    good: () => ({ params: regtest }),
    takes: { params: never, passphrase: isText },
    call: (options) => node.openWallet('none.json', options),
  })
  refusesWrongTypes({
    name: 'createWallet',
    good: () => ({ params: regtest }),
    takes: { params: never, passphrase: isText },
    call: (options) => node.createWallet('/none/wallet.json', options),
  })
})

describe('servers', () => {
  const isTexts: Takes = (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText)
  const isLimits: Takes = (value) => isTexts(value) && Object.keys(value as object).length === 0
  refusesWrongTypes({
    name: 'HttpServer',
    good: () => ({ modules: [], host: '127.0.0.1', port: 0 }),
    takes: {
      modules: (value) => Array.isArray(value) && value.length === 0,
      host: isText,
      port: isPort,
      rateLimit: never,
      limits: isLimits,
      anyOrigin: isBoolean,
      headers: isTexts,
      about: never,
      clock: isFunction,
    },
    call: (options) => void new node.HttpServer(options),
  })
})

describe('the verifier', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'wsc-options-')), 'file')
  await writeFile(file, 'no key')
  refusesWrongTypes({
    name: 'loadVerifier in Node',
    good: () => ({ key: file }),
    takes: {
      key: (value) => isBytes(value) || isText(value),
      wasm: (value) => isBytes(value) || isText(value),
      signal: never,
    },
    call: (options) => node.loadVerifier(options),
  })
  refusesWrongTypes({
    name: 'loadVerifier in a browser',
    good: () => ({ wasm: new Uint8Array(1), key: new Uint8Array(1) }),
    takes: { wasm: isBytes, key: isBytes },
    call: (options) => browser.loadVerifier(options),
  })
  refusesWrongTypes({
    name: 'startVerifier',
    good: () => ({ files: { wasm: new Uint8Array(1), key: new Uint8Array(1) } }),
    takes: { files: never, onStage: isFunction },
    call: (options) =>
      browser
        .startVerifier(
          channel(async () => verifier),
          options,
        )
        .close(),
  })
  refusesWrongTypes({
    name: 'WorkerVerifier.verifyProof',
    good: () => ({}),
    takes: { signal: never },
    call: async (options) => {
      const files = { wasm: new Uint8Array(1), key: new Uint8Array(1) }
      const started = browser.startVerifier(
        channel(async () => verifier),
        { files },
      )
      try {
        return await started.verifyProof(request, options)
      } finally {
        started.close()
      }
    },
  })
  refusesWrongTypes({
    name: 'fetchPath',
    good: () => ({}),
    takes: { signal: never, timeoutMs: (value) => Number.isInteger(value) && (value as number) > 0 },
    call: (options) => node.fetchPath('http://127.0.0.1:1', 3, options),
  })
})
