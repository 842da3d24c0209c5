/** Computation's half that needs Node: folders of graphs, compiled, set up, run and proved. */
export { initGraph } from './init-graph.ts'
export {
  type CompiledGraph,
  compileGraph,
  type Program,
  readGraph,
  type SetUpOptions,
  setUpGraph,
} from './open-program.ts'
export { proveStream, runStream } from './run-stream.ts'
