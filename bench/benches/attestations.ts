import { join } from 'node:path'
import { type Block, headerHash, toDisplay, transactionId } from '../../src/bitcoin/index.ts'
import {
  type Attestation,
  attestInscription,
  attestTransaction,
  decodeAttestation,
  encodeAttestation,
  type HeaderPlace,
  type OpenBlock,
  openBlock,
  poseidonOf,
  verifyAttestation,
} from '../../src/bus/index.ts'
import { History, memoryTable, openLevelTable } from '../../src/bus/io/index.ts'
import type { Bench } from '../bench.ts'
import { busVerifier } from '../support/folder.ts'
import { fullBlock } from '../support/full-block.ts'
import { longChain } from '../support/long-chain.ts'
import { count, type Quantity, bytes as size } from '../support/quantity.ts'
import { median, summary } from '../support/statistics.ts'
import { repeat, timed } from '../support/timing.ts'

const TRANSACTIONS = 2000
const COINBASE_BYTES = 400

export const attestations: Bench = {
  name: 'attestations',
  title: 'History store and attestations',
  about:
    'The history store made anew from a million headers (read, linked, hashed, Poseidon by the addon in batches, written ' +
    'to LevelDB), paths out of it, and attestations about a block of 2,000 transactions of 226 bytes with a stripped ' +
    'coinbase of 400: sizes over all its transactions and over heights throughout the chain, and the time to read and ' +
    'check one beyond the proof’s own verification.',
  async run({ quick, scratch, say }) {
    const headers = quick ? 20_000 : 1_000_000
    const verifier = await busVerifier()
    const poseidon = poseidonOf(verifier)
    say(`${headers} headers`)
    const content = fullBlock(TRANSACTIONS, COINBASE_BYTES)
    const height = Math.floor(headers / 3)
    const chain = longChain(headers, { height, merkleRoot: content.merkleRoot })
    const tipHeight = headers - 1

    say('history in memory')
    const inMemory = await History.open(chain.start, memoryTable(), verifier)
    const memory = await timed(() => inMemory.sync(chain.source, tipHeight))
    await inMemory.close()
    say('history on disk')
    const owner = { params: '0', startHeight: 0, startHash: toDisplay(headerHash(chain.start.header)) }
    const history = await History.open(chain.start, await openLevelTable(join(scratch, 'history'), owner), verifier)
    const disk = await timed(() => history.sync(chain.source, tipHeight))

    say('paths')
    const samples = quick ? 100 : 2000
    const heights = Array.from({ length: samples }, (_, i) => Math.floor(((i + 0.5) * headers) / samples))
    const lengths: number[] = []
    const pathTimes: number[] = []
    for (const one of heights) {
      const { value, wall } = await timed(() => history.path(one, tipHeight))
      lengths.push(32 * value.length)
      pathTimes.push(wall * 1000)
    }
    const commitment = await history.commitment(tipHeight)
    const proved = { height: tipHeight, accumulator: commitment, anchor: null }
    const place: HeaderPlace = { tipHeight, height, path: await history.path(height, tipHeight) }
    await history.close()

    say('attestations')
    const block = content.under(chain.header(height))
    const opened = openBlock(block)
    if (!opened.ok) throw new Error(opened.detail)
    const made = allTransactions(opened.open, block, place)
    const inscription = attestInscription(place, opened.open, idOf(block, TRANSACTIONS - 1), 0)
    if (!inscription.ok) throw new Error(inscription.detail)
    const pathMean = mean(lengths)
    const ownPath = 32 * place.path.length
    const others = made.filter(({ transaction }) => transaction !== null)
    const sizes = others.map((one) => encodeAttestation(one).length - ownPath)
    const besides =
      encodeAttestation(inscription.attestation).length - ownPath - inscription.attestation.transaction.length

    const runs = quick ? 20 : 300
    const checking = async (attestation: Attestation): Promise<Quantity> => {
      const raw = encodeAttestation(attestation)
      const timings = await repeat(runs, () => {
        const read = decodeAttestation(raw)
        if (!read.ok || !verifyAttestation(read.attestation, proved, poseidon).ok) throw new Error('refused')
      })
      return summary(
        timings.map(({ wall }) => wall * 1000),
        'ms',
      )
    }
    const rate = (wall: number): Quantity => ({ value: headers / wall, unit: '/s' })
    return {
      tables: [
        {
          columns: ['history', 'headers', 'CPU a header'],
          rows: [
            ['made anew, in memory', rate(memory.wall), { value: (memory.cpu / headers) * 1e6, unit: 'µs' }],
            ['made anew, on disk', rate(disk.wall), { value: (disk.cpu / headers) * 1e6, unit: 'µs' }],
          ],
        },
        {
          columns: ['path', 'value'],
          rows: [
            ['headers', count(headers)],
            ['time, from disk', summary(pathTimes, 'ms')],
            ['size on average', size(pathMean)],
            ['size at most', size(Math.max(...lengths))],
            ['a Merkle mountain range’s, on average', size(mean(heights.map((one) => rangePath(headers, one))))],
          ],
        },
        {
          columns: ['attestation', 'on average', 'at most', 'read and checked in'],
          rows: [
            [
              'transaction of 226 B',
              size(mean(sizes) + pathMean),
              size(Math.max(...sizes) + Math.max(...lengths)),
              await checking(others.at(-2) as Attestation),
            ],
            [
              'inscription, beside its reveal',
              size(besides + pathMean),
              size(besides + Math.max(...lengths)),
              await checking(inscription.attestation),
            ],
          ],
        },
      ],
      notes: [
        'The averages are over the places in a block and in the chain alike. A Merkle mountain range would have shorter ' +
          'paths, and up to 20 merges an append instead of one, which the step circuit would pay for in every step.',
        `The median path takes ${median(lengths) / 32} field elements.`,
      ],
    }
  },
}

const idOf = (block: Block, index: number) => toDisplay(transactionId(block.transactions[index] as never))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function allTransactions(open: OpenBlock, block: Block, place: HeaderPlace) {
  return block.transactions.map((_, index) => {
    const made = attestTransaction(place, open, idOf(block, index))
    if (!made.ok) throw new Error(made.detail)
    return made.attestation
  })
}

/** Bytes of a path in a plain Merkle mountain range: siblings up to the peak, and the other peaks. */
function rangePath(leaves: number, index: number): number {
  let from = 0
  let depth = 0
  const peaks: number[] = []
  for (let bit = 31; bit >= 0; bit--) {
    if (Math.floor(leaves / 2 ** bit) % 2 === 0) continue
    if (index >= from && index < from + 2 ** bit) depth = bit
    peaks.push(bit)
    from += 2 ** bit
  }
  return 32 * (depth + peaks.length - 1)
}
