/**
 * Mines test/vectors/differential.{bin,json}: headers of which one rule alone decides whether they are valid, and the
 * chains they stand on. Deterministic; resumes from the .bin of an earlier run. About ten minutes on one core:
 *
 *   node test/support/make-differential.ts
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import {
  checkHeader,
  decodeCompact,
  decodeHeader,
  encodeHeader,
  HEADER_BYTES,
  type Header,
  loadCustomParams,
  requiredBits,
  startContext,
  toDisplay,
} from '../../src/bitcoin/index.ts'
import { requiredVersion } from '../../src/bitcoin/versions.ts'
import { differentialCases } from './differential-cases.ts'
import { differentialNetworks } from './differential-networks.ts'
import type { Place, Wanted } from './differential-place.ts'
import { inRange } from './mine.ts'
import { startNativeMiner } from './native-miner.ts'

const bin = new URL('../vectors/differential.bin', import.meta.url)
const json = new URL('../vectors/differential.json', import.meta.url)

const networks = differentialNetworks.map((network) => loadCustomParams(network))
const earlier = existsSync(bin) ? new Uint8Array(readFileSync(bin)) : new Uint8Array()
const found = new Map<string, Header>()
for (let at = 0; at < earlier.length; at += HEADER_BYTES) {
  const header = decodeHeader(earlier, at)
  found.set(templateKey(header), header)
}
const headers: Header[] = []
const lines: string[] = []
const miner = startNativeMiner()
let mined = 0

async function add(parent: Place, wanted: Wanted): Promise<Place> {
  const params = networks[parent.network]!
  const { context } = parent
  const required = requiredBits(params, context, wanted.time)
  const bits = wanted.bits ?? required
  // The easier of the two would leave it to the hash to decide.
  const own = decodeCompact(bits).target
  const target = own < decodeCompact(required).target ? own : decodeCompact(required).target
  const range = wanted.range?.(target) ?? { high: target }
  const index = headers.length
  const version = wanted.version ?? requiredVersion(params, context.height + 1) ?? 1
  const { rule, reject, note } = wanted
  const label = [toDisplay(context.hash), wanted.time, version, bits, rule, note].join(' ')
  let header: Header | undefined
  for (let roll = 0; header === undefined; roll++) {
    const merkleRoot = sha256(utf8ToBytes(`${label} ${roll}`))
    const prevHash = wanted.prevHash ?? context.hash
    const template: Header = { version, prevHash, merkleRoot, time: wanted.time, bits, nonce: 0 }
    const old = found.get(templateKey(template))
    header = old !== undefined && inRange(old, range) ? old : await miner.mine(template, range)
  }
  headers.push(header)
  lines.push(JSON.stringify({ network: parent.network, parent: parent.index, rule, reject, note }))
  const result = checkHeader(params, context, header)
  if ((result.ok ? undefined : result.reject) !== reject) {
    throw new Error(`header ${index} (${rule}, ${note}): ${result.ok ? 'valid' : result.reject}, wanted ${reject}`)
  }
  if (++mined % 10 === 0) save()
  return { network: parent.network, index, context: result.ok ? result.next : context }
}

function concatenated(list: readonly Header[]): Uint8Array {
  const bytes = new Uint8Array(list.length * HEADER_BYTES)
  list.forEach((header, i) => {
    bytes.set(encodeHeader(header), i * HEADER_BYTES)
  })
  return bytes
}

/** All of a header but the nonce. */
function templateKey(header: Header): string {
  return bytesToHex(encodeHeader(header).subarray(0, 76))
}

/** Keeps what an earlier run had mined and this one has not come to yet. */
function save(): void {
  for (const header of headers) found.set(templateKey(header), header)
  const bytes = concatenated([...found.values()])
  writeFileSync(new URL('differential.bin.part', bin), bytes)
  renameSync(new URL('differential.bin.part', bin), bin)
  process.stderr.write(`\r${headers.length} headers`)
}

const genesis = (network: number): Place => ({ network, index: -1, context: startContext(networks[network]!) })
try {
  await differentialCases(genesis, add, networks)
} finally {
  miner.stop()
}
if (new Set(headers.map(templateKey)).size !== headers.length) throw new Error('the same header twice')
writeFileSync(bin, concatenated(headers))
const source = 'mined by test/support/make-differential.ts; header i is bytes 80i to 80i+79 of differential.bin'
const listed = differentialNetworks.map((network) => `    ${JSON.stringify(network)}`).join(',\n')
const cases = lines.map((line) => `    ${line}`).join(',\n')
writeFileSync(json, `{\n  "source": "${source}",\n  "networks": [\n${listed}\n  ],\n  "headers": [\n${cases}\n  ]\n}\n`)
process.stderr.write(`\r${headers.length} headers written\n`)
