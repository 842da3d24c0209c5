/** Computation's half that needs Node: folders of graphs, compiled, set up, run and proved. */

export { AutomationService } from './automation/automation-service.ts'
export { type Condition, conditionOf } from './automation/condition.ts'
export { type OccasionSource, periodSource } from './automation/occasion-source.ts'
export { resultSource } from './automation/result-source.ts'
export { finishCeremony, type HeldCeremony, type HeldReject, verifyCeremony } from './ceremony/finish-ceremony.ts'
export { collectTransactions } from './collect-transactions.ts'
export { fetchBundle } from './fetch-bundle.ts'
export { graphFolders } from './graph-folders.ts'
export { GraphWatch } from './graph-watch.ts'
export { type OpenedPeriod, openPeriodOnce } from './history-inputs.ts'
export { initGraph, TEMPLATES, type Template } from './init-graph.ts'
export { indexedRecords } from './input/indexed-records.ts'
export { namedBy } from './input/record-index.ts'
export { makeBundle } from './make-bundle.ts'
export { auditBundle } from './open-bundle.ts'
export {
  type CompiledGraph,
  type CompiledOnce,
  type CompiledTransactions,
  ceremonyFiles,
  compileGraph,
  type Graph,
  MANIFEST_FILE,
  type OnceOfKeys,
  type Program,
  readGraph,
  type SetUpOptions,
  setUpGraph,
  type TransactionsOfKeys,
} from './open-program.ts'
export { preparePublication } from './prepare-publication.ts'
export { type ProgramRecord, programRecord, publishedAs, publishedPrograms } from './published-programs.ts'
export { jobProver } from './queue/prove-job.ts'
export { QueueWorker } from './queue/queue-worker.ts'
export { parseServer, type QueueServer, serverName } from './queue/server.ts'
export { ServerQueue } from './queue/server-queue.ts'
export { inputFolder } from './queue/stored-inputs.ts'
export { requestInput } from './requests/request-input.ts'
export { requestSource } from './requests/request-source.ts'
export { placedRequestOf, type RequestStanding, requestStanding } from './requests/request-standing.ts'
export { untilAtTip } from './results/at-tip.ts'
export { fetchLog, inscribedResult } from './results/inscribed-result.ts'
export { LogStorage } from './results/log-storage.ts'
export { type OpenResults, openResults } from './results/open-results.ts'
export { programsOf } from './results/program-source.ts'
export type { RequestUnpaid } from './results/purses.ts'
export { releaseSuperseded } from './results/release-superseded.ts'
export { type Inscribed, ResultInscriber } from './results/result-inscriber.ts'
export { ResultPublisher } from './results/result-publisher.ts'
export { openResultsIndex, type ResultsIndex } from './results/results-index.ts'
export { ResultsReader } from './results/results-reader.ts'
export { resultsServer } from './results/results-server.ts'
export type { ResultsService } from './results/results-service.ts'
export { Spendings } from './results/spendings.ts'
export { storingOf } from './results/storing-of.ts'
export { proveCircuit, runCircuit } from './run-circuit.ts'
export { proveStream, runStream } from './run-stream.ts'
export { provePayments, runPayments } from './run-transactions.ts'
export { saveBundle } from './save-bundle.ts'
export type { ProgramStanding } from './service/compute-events.ts'
export { keepComputeFiles, readComputeStatus } from './service/compute-files.ts'
export { ComputeService } from './service/compute-service.ts'
export { OwnChain } from './service/own-chain.ts'
export { OwnReading } from './service/own-reading.ts'
export { registeredIn } from './service/registered-in.ts'
export { meetProver, type RequestReject, requestResult } from './service/request-result.ts'
export { requireSources, servedProgram } from './service/served-programs.ts'
export { SharedJobs } from './service/shared-jobs.ts'
export { StreamCheckpoints } from './stream-checkpoints.ts'
export { StreamEngines } from './stream-engines.ts'
export { unprovedChain } from './unproved-chain.ts'
export { openVectors, runVectors } from './vectors/run-vectors.ts'
export { type OpenWebhooks, openWebhooks } from './webhook/open-webhooks.ts'
