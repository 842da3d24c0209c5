import { regtest, signet } from '../../src/bitcoin/index.ts'
import { concatBytes } from '../../src/lib/index.ts'
import { openMask } from '../../src/proving/io/index.ts'
import { storageParams, UNIT_BYTES } from '../../storage/index.ts'
import { partitionPositions } from '../../storage/params.ts'
import { costToFake } from '../../storage/sampling/cost-to-fake.ts'
import type { Bench } from '../bench.ts'
import { count, type Quantity } from '../support/quantity.ts'
import { median, summary } from '../support/statistics.ts'
import type { Cell } from '../support/table.ts'
import { repeat, type Timing } from '../support/timing.ts'

/** Of the specification: measured on one core of a quiet 2-core Sapphire Rapids Xeon. */
const SPECIFIED = {
  plain: '1.1–1.45 MB/s, 5.5–7.3 ms a unit',
  eight: '8.0 MB/s, 0.99 ms a unit',
  decode: '45–55 MB/s',
}

export const mask: Bench = {
  name: 'mask',
  title: 'The mask of storage',
  about:
    'Units encoded as a provider keeps them, one by one by plain arithmetic and many in one call, eight side by side by ' +
    'AVX-512 IFMA where the processor has it, and decoded as they are served. On one core, beside the specification’s ' +
    'figures; and what it costs to pass for one replica of a full partition for one block by encoding alone.',
  async run({ quick, say }) {
    const addon = openMask()
    const base = new Uint8Array(32).fill(5)
    const runs = quick ? 1 : 7
    const chunks = quick ? 1 : 8
    const numbers = Uint32Array.from({ length: 16 * chunks }, (_, i) => i)
    const units = Uint8Array.from({ length: numbers.length * UNIT_BYTES }, (_, i) => (i * i) >> 3)
    const oneByOne = async (n: number) => {
      const made: Uint8Array[] = []
      for (let i = 0; i < n; i++) {
        const unit = units.subarray(i * UNIT_BYTES, (i + 1) * UNIT_BYTES)
        made.push(await addon.maskUnits(base, numbers.subarray(i, i + 1), unit, false))
      }
      return concatBytes(...made)
    }
    say('plain')
    const few = 16
    const plain = await repeat(runs, () => oneByOne(few))
    say('together')
    const together = await repeat(runs, () => addon.maskUnits(base, numbers, units, false))
    const encoded = await addon.maskUnits(base, numbers, units, true)
    if (Buffer.compare(await oneByOne(few), encoded.subarray(0, few * 8_192)) !== 0) throw new Error('not the same')
    const all = await repeat(runs, () => addon.maskUnits(base, numbers, units, true))
    say('decoding')
    const decoded = await repeat(runs, () => addon.unmaskUnits(base, numbers, encoded, false))
    const row = (name: string, of: number, timings: readonly Timing[], specified: string): Cell[] => [
      name,
      summary(
        timings.map(({ wall }) => (of * UNIT_BYTES) / 1e6 / wall),
        'MB/s',
      ),
      summary(
        timings.map(({ cpu }) => (1_000 * cpu) / of),
        'ms',
      ),
      specified,
    ]
    const own = Math.min(...together.map(({ cpu }) => cpu)) / numbers.length
    return {
      tables: [
        {
          columns: ['', 'content', 'CPU a unit', 'specification'],
          rows: [
            row('encoding one by one', few, plain, SPECIFIED.plain),
            row('encoding many', numbers.length, together, SPECIFIED.eight),
            row('encoding many, all cores', numbers.length, all, '–'),
            row('decoding', numbers.length, decoded, SPECIFIED.decode),
          ],
        },
        {
          columns: ['full partition', 'units a block', 'core-seconds', 'RTX 3090 Ti (published)', 'encoding all of it'],
          rows: [
            ['mainnet, testnet4, signet', ...faking(storageParams(signet), own, together, numbers.length)],
            ['regtest', ...faking(storageParams(regtest), own, together, numbers.length)],
          ],
        },
      ],
      notes: [
        'Core-seconds: by the specification’s 0.99 ms a unit, or this machine’s own where that is less. The card by 120,000 ' +
          'units a second, which follows from multiplications that others measured; it was not measured here. On regtest ' +
          'faking is free: blocks are made at will.',
      ],
    }
  },
}

function faking(
  params: Parameters<typeof partitionPositions>[0],
  own: number,
  together: readonly Timing[],
  units: number,
): Cell[] {
  const fill = partitionPositions(params)
  const cost = costToFake(fill, own)
  const seconds = (value: number): Quantity => ({ value, unit: 's' })
  const hours = ((median(together.map(({ cpu }) => cpu)) / units) * 16 * fill) / 3_600
  return [
    count(cost.units),
    seconds(cost.coreSeconds),
    seconds(cost.cardSeconds),
    hours < 0.1 ? seconds(3_600 * hours) : { value: hours, unit: 'h' },
  ]
}
