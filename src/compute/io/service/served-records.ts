import { recordSlots } from '../../input/record-list.ts'
import { inputSources, sourceBytes } from '../../manifest/manifest.ts'
import { DEFAULT_PRIORITY } from '../../queue/job.ts'
import type { ServedProgram } from '../../service/served-program.ts'
import { lastRecord } from '../input/indexed-records.ts'
import type { OnceOfKeys } from '../open-program.ts'
import { valuesWhere } from '../run-circuit.ts'
import { judgeOfCircuit, preparedOf } from './served-circuit.ts'
import { ATTEMPTS, aboutProgram, type ServingParts } from './served-stream.ts'

/**
 * A circuit over lists of records, as the network serves it on events: at each block that holds another record of its sources, over all
 * of them up to there, and on no request. This node finds them in its own index and shows them by its own chain; what it reads goes with
 * the job, so that whoever proves it needs no chain.
 */
export function servedRecords(program: OnceOfKeys, parts: ServingParts): ServedProgram {
  const { manifest } = program
  const { reading, inscriptions } = parts
  const { bytes: length = 0, condition } = manifest.program.input ?? {}
  const lists = inputSources(manifest).flatMap((source) =>
    source.kind === 'inscriptions' ? [{ source, most: recordSlots(sourceBytes(source, length)) }] : [],
  )
  const lastEvent = async (to: number): Promise<number | null> => {
    const last = await Promise.all(lists.map(({ source, most }) => lastRecord(inscriptions.index, source, to, most)))
    return last.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null)
  }
  const prove: ServedProgram['prove'] = async (block, signal) => {
    const { bytes, evidence } = await reading.records(manifest, block, signal)
    // Records are anybody's: that the circuit takes no such values is an answer, and no failure of the program.
    if ((await valuesWhere(program, { bytes }, condition, signal)) === null) return null
    const job = { priority: DEFAULT_PRIORITY, attempts: ATTEMPTS }
    const read = { block, bytes, given: {}, json: '{}', asked: { evidence } }
    return await preparedOf({ program, parts, ...read, ...job }).prove(signal)
  }
  return { ...aboutProgram(program), judge: judgeOfCircuit(program, parts), onRequest: null, lastEvent, prove }
}
