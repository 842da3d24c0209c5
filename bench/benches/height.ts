import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeProofFile, type ProofFile, verifyProof } from '../../src/bus/index.ts'
import { startState } from '../../src/bus/state.ts'
import type { Bench } from '../bench.ts'
import { addonPoseidon, busVerifier } from '../support/folder.ts'
import { headerBytes } from '../support/headers.ts'
import { bytes, count, megabytes, type Quantity } from '../support/quantity.ts'
import type { Cell } from '../support/table.ts'
import { repeat, timed, wallAndCpu } from '../support/timing.ts'
import { startWsc } from '../support/wsc.ts'

/** Reached by mainnet in the course of 2026. */
const MAINNET = 950_000

export const height: Bench = {
  name: 'height',
  title: 'The same proof at any height',
  about:
    '`wsc bus prove` from genesis to two heights, the second continuing the first, as an operator would run it: native ' +
    'rules, witnesses, folding, checkpoints, compressing, verifying. Each proof file is then verified again here.',
  async run({ quick, scratch, say }) {
    const heights = quick ? [4, 10] : [10, 1000]
    const { params, bytes: headers, source } = headerBytes(heights[1] as number)
    const file = join(scratch, 'headers.bin')
    await writeFile(file, headers)
    const verifier = await busVerifier()
    const rows: Cell[][] = []
    let perHeader = 0
    let from = startState(params, await addonPoseidon()).context.height
    for (const to of heights) {
      say(`proving to height ${to}`)
      const out = join(scratch, `${to}.proof`)
      const proving = startWsc(
        ['bus', 'prove', '--network', params.name, '--insecure-dev-setup', '--headers', file].concat([
          '--to',
          `${to}`,
          '--data-dir',
          join(scratch, 'data'),
          '--out',
          out,
          '--json',
        ]),
        scratch,
      )
      const result = await timed(() => proving.line())
      const usage = await proving.usage()
      await proving.line()
      const proof = new Uint8Array(await readFile(out))
      const options = { params, verifier, now: Date.now() / 1000, allowInsecureSetup: true }
      const verifying = await repeat(quick ? 1 : 7, async () => {
        if (!(await verifyProof(proof, options)).ok) throw new Error(`the proof at height ${to} is refused`)
      })
      const decoded = decodeProofFile(proof) as { proof: ProofFile }
      const seconds = Number(result.value?.seconds)
      perHeader = seconds / (to - from)
      rows.push([
        `${to}`,
        count(to - from),
        { value: seconds, unit: 's' },
        { value: perHeader, unit: 's' },
        usage === undefined ? 'unknown' : cpuPerHeader(usage.cpuSeconds, to - from),
        usage === undefined ? 'unknown' : megabytes(usage.peakBytes),
        bytes(decoded.proof.snark.length),
        bytes(proof.length),
        wallAndCpu(verifying)[0],
      ])
      from = to
    }
    const hours: Quantity = { value: (MAINNET * perHeader) / 3600, unit: 'h' }
    return {
      tables: [
        {
          columns: [
            'height',
            'headers folded',
            'wall',
            'a header',
            'CPU a header',
            'peak memory',
            'SNARK',
            'file',
            'verify',
          ],
          rows,
        },
        {
          columns: ['from genesis on mainnet', 'hours'],
          rows: [[`${MAINNET.toLocaleString('en-GB')} headers`, hours]],
        },
      ],
      notes: [
        `The chain: ${source}. Wall and CPU contain one compression; CPU also contains start and loading.`,
        'Measured elsewhere: ZeroSync 14 machines for 8 days to height 802,719, about 12 machine-seconds a header.',
      ],
    }
  },
}

function cpuPerHeader(seconds: number, headers: number): Quantity {
  return { value: seconds / headers, unit: 's' }
}
