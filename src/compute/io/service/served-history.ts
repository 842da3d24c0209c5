import { toDisplay } from '../../../bitcoin/index.ts'
import { bytesToHex } from '../../../lib/index.ts'
import { writeArguments } from '../../circuit/read-arguments.ts'
import type { HistoryBinding } from '../../manifest/history-binding.ts'
import { DEFAULT_PRIORITY, type ProvingJob } from '../../queue/job.ts'
import { jobIdentity } from '../../result/identity.ts'
import type { CircuitResult } from '../../result/result-file.ts'
import type { ServedProgram } from '../../service/served-program.ts'
import type { OnceOfKeys } from '../open-program.ts'
import { ARGUMENTS_INPUT } from '../queue/prove-job.ts'
import { valuesWhere } from '../run-circuit.ts'
import { judgeOfCircuit } from './served-circuit.ts'
import { ATTEMPTS, aboutProgram, type ServingParts } from './served-stream.ts'

/**
 * A circuit that opens headers, as the network serves it: at the last block of each period. This node reads the headers and runs it,
 * and where its condition does not hold there is nothing to prove; what it reads goes with the job, so that whoever proves it
 * needs no chain.
 */
export function servedHistory(program: OnceOfKeys, binding: HistoryBinding, parts: ServingParts): ServedProgram {
  const { id, manifest } = program
  const { jobs, reading } = parts
  const { condition } = binding
  const prove: ServedProgram['prove'] = async (block, signal) => {
    const { height, hash } = block
    const { input } = await reading.period(binding, block, signal)
    const values = await valuesWhere(program, { arguments: input }, condition, signal)
    if (values === null) return null
    const about = { program: id, height, blockHash: hash, proof: new Uint8Array() }
    const expected: CircuitResult = { kind: 'circuit', ...about, values }
    const given = { name: ARGUMENTS_INPUT, bytes: new TextEncoder().encode(writeArguments(input)) }
    const job: ProvingJob = {
      ...{ id: bytesToHex(jobIdentity(manifest, expected)), program: bytesToHex(id), kind: 'circuit', height },
      ...{ blockHash: toDisplay(hash), inputs: [given], priority: DEFAULT_PRIORITY, attempts: ATTEMPTS },
    }
    return { result: await jobs.prove(job, signal), evidence: [] }
  }
  return { ...aboutProgram(program), judge: judgeOfCircuit(program, parts), prove, onRequest: null }
}
