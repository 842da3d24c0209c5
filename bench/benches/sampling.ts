import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { networkHash, regtest, signet } from '../../src/bitcoin/index.ts'
import { bytesToHex } from '../../src/lib/index.ts'
import { UNITS_A_CHUNK } from '../../storage/blob/shape.ts'
import { storageParams } from '../../storage/index.ts'
import { openKernel } from '../../storage/io/index.ts'
import { TryThread } from '../../storage/io/sampling/try-thread.ts'
import { winningTries } from '../../storage/io/sampling/winning-tries.ts'
import { partitionPositions } from '../../storage/params.ts'
import { StorageTable } from '../../storage/table/table.ts'
import type { Bench } from '../bench.ts'
import { count, megabytes, type Quantity } from '../support/quantity.ts'
import { median, summary } from '../support/statistics.ts'
import { repeat } from '../support/timing.ts'

/** Of a partition that is read here: 4,096 units. */
const SLICE = 256
/** As they are kept: 256 elements of 32 bytes. */
const UNIT = 8_192
const ELEMENT = 32
/** Bitcoin’s, on average. */
const SECONDS_A_BLOCK = 600
const READS_A_TRY = 2

export const sampling: Bench = {
  name: 'sampling',
  title: 'What an honest provider does at each block',
  about:
    'The tries of a challenge over a slice of a partition, 4,096 units in a file, by the code of `storage serve --sample`: two ' +
    'units read and summed for each try, the sums in a thread of their own. From the slice follows what a full partition takes, ' +
    'try by try; its file is in the page cache here, so that reads cost what copying does, and a real disk has to give so many.',
  async run({ quick, scratch, say }) {
    const kernel = await openKernel()
    const file = join(scratch, 'units')
    say('units')
    await writeUnits(file)
    const handle = await open(file)
    const thread = new TryThread()
    // The thread keeps no process alive by itself; a provider has other work that does.
    const awake = setInterval(() => undefined, 60_000)
    try {
      const table = new StorageTable(kernel, storageParams(regtest))
      const claim = { id: '11'.repeat(32), root: '22'.repeat(32), length: 1000, chunks: SLICE }
      table.apply(1, [{ kind: 'blob', author: 'aa'.repeat(32), ...claim }])
      const key = randomBytes(32)
      const encodedUnit = async (_key: string, _id: string, unit: number) => {
        const { buffer } = await handle.read(new Uint8Array(UNIT), 0, UNIT, unit * UNIT)
        return buffer
      }
      const components = { thread, units: { encodedUnit }, blobs: table.blobs, key: bytesToHex(key), threshold: 0n }
      const tries = async () => {
        const place = { networkHash: networkHash(regtest), blockHash: randomBytes(32), key, first: 0, fill: SLICE }
        const all = winningTries(components, { challenge: place, height: 9 }, new AbortController().signal)
        const { value } = await all.next()
        if (value === undefined || !('missed' in value) || value.missed > 0) throw new Error('a try was not answered')
      }
      say('tries')
      const blocks = quick ? 1 : 8
      const timings = await repeat(quick ? 1 : 7, async () => {
        for (let block = 0; block < blocks; block++) await tries()
      })
      const answered = blocks * SLICE
      const full = partitionPositions(storageParams(signet))
      const cpu = median(timings.map((one) => one.cpu)) / answered
      const wall = median(timings.map((one) => one.wall)) / answered
      const ms = (values: readonly number[]) =>
        summary(
          values.map((value) => (1_000 * value) / answered),
          'ms',
        )
      const seconds = (value: number): Quantity => ({ value, unit: 's' })
      return {
        tables: [
          {
            columns: ['a try', ''],
            rows: [
              ['wall', ms(timings.map((one) => one.wall))],
              ['CPU', ms(timings.map((one) => one.cpu))],
              ['read', `${READS_A_TRY} units, ${shown(READS_A_TRY * UNIT)} bytes`],
            ],
          },
          {
            columns: ['a full partition of mainnet, a block, from that', ''],
            rows: [
              ['tries', count(full)],
              ['CPU', seconds(full * cpu)],
              ['wall, of 600 s', seconds(full * wall)],
              [
                'reads',
                `${shown(full * READS_A_TRY)}, ${shown(Math.round((full * READS_A_TRY) / SECONDS_A_BLOCK))} a second`,
              ],
              ['read', megabytes(full * READS_A_TRY * UNIT)],
            ],
          },
        ],
        notes: [
          'In one block of twelve a win is proved besides (“One-shot proofs”). Memory: that of this process, below, whatever the ' +
            'partition; units are read as they are drawn.',
        ],
      }
    } finally {
      clearInterval(awake)
      await thread.close()
      await handle.close()
    }
  },
}

const shown = (number: number) => number.toLocaleString('en-GB')

/** Random elements below 2^248: canonical, and no two alike. */
async function writeUnits(path: string): Promise<void> {
  const handle = await open(path, 'w')
  try {
    for (let chunk = 0; chunk < SLICE; chunk++) {
      const units = randomBytes(UNITS_A_CHUNK * UNIT)
      for (let top = ELEMENT - 1; top < units.length; top += ELEMENT) units[top] = 0
      await handle.write(units)
    }
  } finally {
    await handle.close()
  }
}
