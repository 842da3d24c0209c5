import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { concatBytes } from '../../src/lib/index.ts'
import { openWasmStorage, type StorageKernel } from '../../src/proving/index.ts'
import { openNativeStorage } from '../../src/proving/io/index.ts'
import { restoreBlob } from '../../storage/blob/restore.ts'
import { encodeBlob, UNIT_BYTES } from '../../storage/index.ts'
import { FileStore } from '../../storage/io/file-store.ts'
import type { Bench } from '../bench.ts'
import { summary } from '../support/statistics.ts'
import type { Cell } from '../support/table.ts'
import { repeat, type Timing } from '../support/timing.ts'

const MB = 1e6

export const storage: Bench = {
  name: 'storage',
  title: 'Blobs of storage',
  about:
    'Roots of chunks (272 Poseidons of sixteen a chunk), Reed–Solomon over the units of a blob, and whole blobs from a ' +
    'stream into a file: data, parity, tree, id. By the addon, on all cores; by WebAssembly on one.',
  async run({ quick, scratch, say }) {
    const native = openNativeStorage()
    const module = new URL('../../src/bus/verifier/wsc-folding.wasm', import.meta.url)
    const wasm = await openWasmStorage(await readFile(module))
    const runs = quick ? 1 : 5
    const row = (name: string, megabytes: number, timings: readonly Timing[]): Cell[] => [
      name,
      summary(
        timings.map(({ wall }) => megabytes / wall),
        'MB/s',
      ),
      summary(
        timings.map(({ cpu }) => megabytes / cpu),
        'MB/s',
      ),
    ]
    const rows: Cell[][] = []
    const units = new Uint8Array((quick ? 32 : 2_048) * UNIT_BYTES).fill(7)
    const few = units.subarray(0, 32 * UNIT_BYTES)
    const roots = (kernel: StorageKernel, of: Uint8Array) => repeat(runs, () => kernel.unitRoots(of))
    rows.push(row('chunk roots', units.length / MB, await roots(native, units)))
    rows.push(row('chunk roots, WebAssembly', few.length / MB, await roots(wasm, few)))
    for (const dataUnits of quick ? [64] : [64, 2_048, 32_768]) {
      say(`coding ${dataUnits} units`)
      const size = Math.min(UNIT_BYTES, Math.floor((16 << 20) / dataUnits / 64) * 64)
      const column = new Uint8Array(dataUnits * size).fill(3)
      const parity = await native.encodeColumn(dataUnits, size, column)
      const name = dataUnits.toLocaleString('en-GB')
      const encoded = await repeat(runs, () => native.encodeColumn(dataUnits, size, column))
      rows.push(row(`coding, ${name} data units`, column.length / MB, encoded))
      // A third of the units is lost: all of the parity takes the place of data.
      const lost = parity.length / size
      const numbers = Uint32Array.from({ length: dataUnits }, (_, i) => i + lost)
      const left = concatBytes(column.subarray(lost * size), parity)
      const restored = await repeat(runs, () => native.restoreColumn(dataUnits, size, numbers, left))
      rows.push(row(`restoring a third, ${name}`, column.length / MB, restored))
    }
    const length = (quick ? 1 : 50) * MB
    const content = new Uint8Array(length).fill(5)
    const stream = async function* () {
      for (let at = 0; at < length; at += 65_536) yield content.subarray(at, at + 65_536)
    }
    const file = await FileStore.open(join(scratch, 'blob'))
    try {
      say('a whole blob')
      let made = await encodeBlob(native, stream(), file)
      const whole = await repeat(
        quick ? 1 : 3,
        async () => {
          made = await encodeBlob(native, stream(), file)
        },
        0,
      )
      rows.push(row(`a blob of ${length / MB} MB into a file`, length / MB, whole))
      if (!made.ok) throw new Error(made.detail)
      const { blob } = made
      const again = await repeat(1, () => restoreBlob(native, file, blob, (unit) => unit % 3 !== 0), 0)
      rows.push(row('restored from two thirds, and checked', length / MB, again))
    } finally {
      await file.close()
    }
    return {
      tables: [{ columns: ['', 'of data', 'of data, a CPU-second'], rows }],
      notes: [
        'Measured elsewhere, one core: reed-solomon-simd’s own benchmark codes 470–1,680 MB/s; 5.7–6.5 MB/s of chunk roots.',
      ],
    }
  },
}
