import { readFile } from 'node:fs/promises'
import { encodeField } from '../../src/bus/index.ts'
import { stepCircuit } from '../../src/bus/io/index.ts'
import { packState } from '../../src/bus/state-vector.ts'
import { BusWitnessSource, compileCircuit } from '../../src/proving/io/index.ts'
import { makeChain } from './chain.ts'
import { addonPoseidon, Folder } from './folder.ts'
import { busSteps } from './step-inputs.ts'

export interface SmallProof {
  readonly snark: Uint8Array
  readonly steps: number
  readonly start: Uint8Array
  /** The compact verifying key it belongs to. */
  readonly key: Uint8Array
}

/** A SNARK of two steps of the bus circuit: what verifying costs does not depend on how many there are. */
export async function smallProof(): Promise<SmallProof> {
  const circuit = await compileCircuit(stepCircuit)
  const chain = makeChain(4, await addonPoseidon())
  const folder = await Folder.load(circuit, chain.start, busSteps(chain))
  await folder.prepared(2, await BusWitnessSource.load(circuit))
  return {
    snark: await folder.fold.compress(),
    steps: 2,
    start: encodeField(packState(chain.start)),
    key: await readFile(folder.keys.verifierKey),
  }
}
