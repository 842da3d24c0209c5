/** Computation's half that needs Node: folders of graphs, compiled, set up, run and proved. */

export { initGraph, TEMPLATES, type Template } from './init-graph.ts'
export { makeBundle } from './make-bundle.ts'
export { auditBundle } from './open-bundle.ts'
export {
  type CompiledGraph,
  type CompiledOnce,
  compileGraph,
  type OnceOfKeys,
  type Program,
  readGraph,
  requireStream,
  type SetUpOptions,
  setUpGraph,
} from './open-program.ts'
export { proveCircuit, runCircuit } from './run-circuit.ts'
export { proveStream, runStream } from './run-stream.ts'
export { openVectors, runVectors } from './run-vectors.ts'
