export type {
  CircuitInput,
  CircuitValue,
  EngineInfo,
  Fold,
  FoldEngine,
  SetupKind,
  SnarkVerifier,
  WitnessSource,
} from './engine.ts'
