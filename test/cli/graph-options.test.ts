import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockHash } from '../../src/bitcoin/index.ts'
import { encodeResult, type ProgramResult } from '../../src/compute/result/result-file.ts'
import { mineChain } from '../bus/chain-fixture.ts'
import { fakeProof } from '../bus/fake-proof.ts'
import { runInProcess } from '../support/in-process.ts'

/** Graphs whose circuits are not there: what is told here is told before anything is compiled. */
const manifest = (name: string, source: string, trigger: string, program: string) =>
  `version: 1\nname: ${name}\ndataSources: [{ kind: ${source} }]\ntrigger: { ${trigger} }\nprogram: { ${program} }\n`
const GRAPHS: Readonly<Record<string, string>> = {
  flow: manifest('flow', 'headers', 'everyBlocks: 1', 'kind: stream, circuit: a.circom, state: [all]'),
  image: manifest(
    'image',
    'inscription',
    'onRequest: true',
    'kind: circuit, circuit: a.circom, input: { signal: in, bytes: 4, commitment: all }, outputs: [all]',
  ),
  notes: manifest(
    'notes',
    'inscriptions, metaprotocol: wsc',
    'onRequest: true',
    'kind: circuit, circuit: a.circom, input: { signal: in, bytes: 3330, commitment: all }, outputs: [all]',
  ),
  watch: manifest(
    'watch',
    `result, program: ${'5a'.repeat(32)}`,
    'onRequest: true',
    'kind: circuit, circuit: a.circom, input: { signal: in, bytes: 100, commitment: all }, outputs: [all]',
  ),
  payments: manifest('payments', 'transactions', 'onRequest: true', 'kind: transactions, circuit: a.circom'),
  watched: manifest('watched', 'transactions', 'everyBlocks: 6', 'kind: transactions, circuit: a.circom, script: "51"'),
  claim: manifest(
    'claim',
    'headers',
    'onRequest: true',
    'kind: circuit, circuit: a.circom, arguments: [{ signal: x }], outputs: [all]',
  ),
  epochs: manifest(
    'epochs',
    'headers',
    'everyBlocks: 4',
    'kind: circuit, circuit: a.circom, history: { period: 4, places: [0], opening: opening }, outputs: [all]',
  ),
}

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wsc-graph-options-'))
  for (const [name, text] of Object.entries(GRAPHS)) {
    await mkdir(join(dir, name))
    await writeFile(join(dir, name, 'graph.yaml'), text)
    const result = RESULTS[name]
    if (result !== undefined) await writeFile(join(dir, `${name}.result`), encodeResult(result))
  }
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** Results of the graphs' shapes, which name no program that there is. */
const about = {
  program: new Uint8Array(32),
  height: 3,
  blockHash: blockHash(new Uint8Array(32)),
  proof: new Uint8Array(),
}
const circuit = (values: number): ProgramResult => ({ kind: 'circuit', ...about, values: new Array(values).fill(0n) })
const RESULTS: Readonly<Record<string, ProgramResult>> = {
  flow: { kind: 'stream', ...about, steps: 1, state: [0n], log: [] },
  image: circuit(1),
  notes: circuit(1),
  watch: circuit(1),
  claim: circuit(2),
  epochs: circuit(4),
}

/** What a command says that ends with exit code 2. */
async function refused(verb: string, name: string, ...options: string[]): Promise<string> {
  const [out, under] = [
    ['--out', join(dir, 'result')],
    ['--proof', 'chain.proof'],
  ]
  const argv: Record<string, readonly string[]> = {
    exec: ['exec', join(dir, name), ...options],
    prove: ['prove', join(dir, name), ...out!, ...options],
    'request by a record': ['request', join(dir, name), ...options],
    verify: ['verify', join(dir, `${name}.result`), '--graph', join(dir, name), ...under!, ...options],
    request: ['request', join(dir, name), '--peer', '/ip4/127.0.0.1/tcp/1', ...under!, ...out!, ...options],
  }
  const { exit, stderr } = await runInProcess(['graph', ...argv[verb]!, '--network', 'regtest'], {
    env: { XDG_DATA_HOME: join(dir, 'data') },
    clock: () => 1_800_000_000_000,
  })
  expect(exit).toBe(2)
  return stderr
}

describe('options of graphs', () => {
  test.each([
    [
      'exec',
      'image',
      ['--height', '3'],
      '--height is for graphs over headers, circuits over records, circuits over results or programs over transactions, and image is none',
    ],
    [
      'exec',
      'image',
      ['--headers', 'x'],
      '--headers is for graphs over headers or programs over transactions, and image is none',
    ],
    [
      'exec',
      'claim',
      ['--anchor', 'x'],
      '--anchor is for graphs over headers or programs over transactions, and claim is none',
    ],
    [
      'exec',
      'flow',
      ['--input', 'x'],
      '--input is for circuits that read bytes, circuits over records or circuits over results, and flow is none',
    ],
    [
      'exec',
      'claim',
      ['--input', 'x'],
      '--input is for circuits that read bytes, circuits over records or circuits over results, and claim is none',
    ],
    ['exec', 'image', ['--input', 'x', '--arguments', 'x'], '--arguments is for circuits with arguments'],
    [
      'exec',
      'image',
      ['--settlement-dir', 'x'],
      '--settlement-dir is for circuits over records or circuits over results, and image is none',
    ],
    ['prove', 'notes', ['--content', 'x'], '--content is for circuits that read bytes or circuits that open'],
    [
      'prove',
      'image',
      ['--rpc', 'http://127.0.0.1:1'],
      '--rpc is for graphs over headers or programs over transactions, and image is none',
    ],
    [
      'prove',
      'flow',
      ['--attestation', 'x'],
      '--attestation is for circuits that read bytes, circuits over records, circuits over results or circuits that open a salted commitment, and',
    ],
    [
      'prove',
      'flow',
      ['--proof', 'x'],
      '--proof is for circuits that read bytes, circuits over records, circuits over results, circuits with arguments or programs over',
    ],
    [
      'verify',
      'image',
      ['--prefix', 'x'],
      '--prefix is for graphs over headers, circuits with arguments or programs over',
    ],
    ['exec', 'flow', ['--script', '51'], '--script is for programs over transactions of any script, and flow is none'],
    ['exec', 'watched', ['--script', '51'], '--script is for programs over transactions of any script, and watched'],
    ['request', 'image', ['--from', '5'], '--from is for programs over transactions, and image is none'],
    ['request', 'payments', ['--attestation', 'x'], '--attestation is for circuits that read bytes, circuits over'],
    ['request', 'image', ['--dry-run'], '--dry-run is for --inscribe or --cancel, and this is a request to a peer'],
    ['request', 'image', ['--input', 'x'], '--input is for --inscribe, and this is a request to a peer'],
    [
      'request',
      'image',
      ['--rpc', 'x'],
      '--rpc is for --inscribe, --status or --cancel, and this is a request to a peer',
    ],
    [
      'request by a record',
      'image',
      ['--inscribe', '--proof', 'x'],
      '--proof is for a request to a peer, and this is --in',
    ],
    [
      'request by a record',
      'image',
      ['--inscribe', '--out', 'x'],
      '--out is for a request to a peer, and this is --ins',
    ],
    [
      'request by a record',
      'image',
      ['--status', 'x', '--script', '51'],
      '--script is for a request to a peer, and this',
    ],
    [
      'request by a record',
      'image',
      ['--status', 'x', '--seconds', '9'],
      '--seconds is for a request to a peer, and this is --status',
    ],
    [
      'request by a record',
      'image',
      ['--cancel', 'x', '--blocks', '9'],
      '--blocks is for --inscribe, and this is --can',
    ],
    ['prove', 'payments', ['--arguments', 'x'], '--arguments is for circuits with arguments, and payments is none'],
    ['verify', 'image', ['--source-graph', 'x'], '--source-graph is for circuits over results, and image is none'],
    [
      'verify',
      'claim',
      ['--content', 'x'],
      '--content is for circuits that read bytes or circuits that open a salted commitment, and claim is none',
    ],
  ])('%s of %s does not take %j', async (verb, name, options, message) => {
    expect(await refused(verb, name, ...options)).toContain(message)
  })

  test.each([
    ['exec', 'image', [], 'image takes --input FILE: the bytes that it reads'],
    ['exec', 'claim', [], 'claim takes --arguments FILE: its arguments'],
    ['prove', 'image', [], 'image takes --proof FILE: the bus proof under which it is proved'],
    ['prove', 'image', ['--proof', 'x'], 'image takes --attestation FILE: what attests its input'],
    ['prove', 'claim', ['--proof', 'x'], 'claim takes --arguments FILE: its arguments'],
    ['exec', 'payments', [], 'payments takes --script S: the script that is paid to'],
    ['exec', 'payments', ['--script', '51'], 'payments takes --from H: the first block of those that are read'],
    ['prove', 'payments', ['--script', '51', '--from', '1'], 'payments takes --proof FILE: the bus proof'],
    ['verify', 'notes', [], 'notes takes --attestation FILE: what attests its input'],
    ['verify', 'watch', [], 'watch takes --source-graph DIR: the graph whose results it reads'],
    ['prove', 'watch', ['--proof', 'x'], 'watch takes --attestation FILE'],
    ['verify', 'image', [], 'image takes --attestation FILE: what attests its input'],
  ])('%s of %s with %j lacks one', async (verb, name, options, message) => {
    expect(await refused(verb, name, ...options)).toContain(message)
  })

  test('that are taken go on to the circuit, which is not there', async () => {
    expect(await refused('exec', 'image', '--input', 'x')).toContain('a.circom cannot be read')
  })
})

test('a result of another program is told before what would attest its input', async () => {
  const graph = ['--graph', join(dir, 'image'), '--network', 'regtest']
  const { exit, stderr } = await runInProcess(['graph', 'verify', join(dir, 'flow.result'), ...graph, '--proof', 'x'])
  expect([exit, stderr]).toEqual([1, 'invalid: wrong-program: no result of image, but of another program\n'])
})

test('where --network was forgotten, the proof says which to name', async () => {
  const proof = join(dir, 'regtest.proof')
  await writeFile(proof, await fakeProof(mineChain(2).states[1]!))
  const graph = ['--graph', join(dir, 'flow')]
  const { exit, stderr } = await runInProcess(['graph', 'verify', join(dir, 'flow.result'), ...graph, '--proof', proof])
  expect([exit, stderr]).toEqual([
    1,
    expect.stringMatching(/^invalid: proof:wrong-network: [\s\S]*try --network regtest/),
  ])
})

test('who proves or verifies by --input is told what stands in its place', async () => {
  expect(await refused('prove', 'image', '--input', 'x')).toContain('give --attestation FILE (wsc attest inscription)')
  expect(await refused('verify', 'image', '--input', 'x')).toContain('--input is for wsc graph exec')
})

test('a folder without a graph: what to do', async () => {
  expect(await refused('exec', 'none')).toMatch(
    /there is no .*graph\.yaml; name the folder of a graph, or begin one by/,
  )
})
