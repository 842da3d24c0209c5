import { fileURLToPath } from 'node:url'
import { decodeField, encodeField, type TaggedHash } from '../../src/bus/index.ts'
import { fileSource, stepCircuit } from '../../src/bus/io/index.ts'
import { compileGraph, proveStream, readGraph, setUpGraph } from '../../src/compute/io/index.ts'
import { streamStart, streamVector } from '../../src/compute/stream/header-stream.ts'
import { BusWitnessSource, compileCircuit } from '../../src/proving/io/index.ts'
import type { Bench } from '../bench.ts'
import { makeChain } from '../support/chain.ts'
import { addonPoseidon, Folder } from '../support/folder.ts'
import { headerBytes } from '../support/headers.ts'
import { bytes, count, ratio } from '../support/quantity.ts'
import { median } from '../support/statistics.ts'
import { busSteps } from '../support/step-inputs.ts'
import { repeat, type Timing, timed, wallAndCpu } from '../support/timing.ts'

const GRAPH = fileURLToPath(new URL('../../graphs/chain-stats', import.meta.url))
const HEADERS_A_BUS_STEP = 2

export const graphStream: Bench = {
  name: 'graph-stream',
  title: 'Graphs: a stream over headers',
  about:
    'chain-stats over headers from genesis, and the bus’s own folding in turns with it in one process. A stream’s time is all ' +
    'that a proof takes: reading keys and making tables of them, its witnesses, by circom’s generator, and one compression. ' +
    'The bus’s is folding alone.',
  async run({ quick, say }) {
    const [rounds, headers, busHeaders] = quick ? [1, 64, 4] : [3, 2048, 32]
    say('circuits and keys')
    const program = await setUpGraph(await compileGraph(await readGraph(GRAPH)))
    if (program.kind !== 'stream') throw new Error('chain-stats is a stream')
    const poseidon: TaggedHash = await addonPoseidon()
    const { bytes: raw, source } = headerBytes(headers - 1)
    const file = fileSource(raw)
    if (!file.ok) throw new Error(file.detail)
    const chain = makeChain((rounds + 1) * busHeaders, poseidon)
    const circuit = await compileCircuit(stepCircuit)
    const bus = await Folder.load(circuit, chain.start, busSteps(chain))
    const native = await BusWitnessSource.load(circuit)
    const steps = busHeaders / HEADERS_A_BUS_STEP
    await bus.overlapped(steps, native)
    const streams: Timing[] = []
    const folds: Timing[] = []
    const proofs: Awaited<ReturnType<typeof proveStream>>[] = []
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`)
      const proved = await timed(() =>
        proveStream(program, { from: 0, to: headers - 1, source: file.source, poseidon }),
      )
      streams.push(proved)
      proofs.push(proved.value)
      folds.push(await bus.overlapped(steps, native))
    }
    const start = encodeField(streamVector(streamStart(poseidon, program.manifest.program.state.length)))
    const { proof, steps: taken, history } = proofs.at(-1) as (typeof proofs)[0]
    const verifying = await repeat(quick ? 1 : 7, async () => {
      const end = decodeField(await program.verifier.verify(proof, taken, start))
      if (end?.[0] !== history) throw new Error('the proof ends elsewhere')
    })
    const [wall, cpu] = wallAndCpu(streams, headers)
    const [busWall, busCpu] = wallAndCpu(folds, busHeaders)
    const gain = (of: 'wall' | 'cpu') =>
      ratio(median(streams.map((one, i) => (folds[i] as Timing)[of] / busHeaders / (one[of] / headers))))
    return {
      tables: [
        {
          columns: [
            'what',
            'headers',
            'constraints a step',
            's a header',
            'CPU-s a header',
            'against the bus',
            '… in CPU',
            'proof',
            'verify',
          ],
          rows: [
            [
              ...[
                'chain-stats',
                count(headers),
                count(program.constraints),
                wall,
                cpu,
                gain('wall'),
                gain('cpu'),
                bytes(proof.length),
              ],
              wallAndCpu(verifying)[0],
            ],
            ['the bus', count(busHeaders), count(bus.constraints[0]), busWall, busCpu, ratio(1), ratio(1), '', ''],
          ],
        },
      ],
      notes: [`The chain: ${source}. A step of chain-stats takes up to ${program.slots} headers, one of the bus two.`],
    }
  },
}
