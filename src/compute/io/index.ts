/** Computation's half that needs Node: folders of graphs, compiled, set up, run and proved. */
export { initGraph } from './init-graph.ts'
export {
  type CompiledGraph,
  compileGraph,
  type Graph,
  MANIFEST_FILE,
  type Program,
  readGraph,
  type SetUpOptions,
  setUpGraph,
} from './open-program.ts'
export { proveStream, type RunOptions, runStream, type StreamRun } from './run-stream.ts'
