import type { ProgramResult } from '../result/result-file.ts'

/**
 * Whether all that the program was to read was read. `complete`: it was, as far as the judge's own chain goes, or as the proof
 * shows. `not known`: nothing here can tell.
 */
export type Completeness = 'complete' | 'not known'

/** What became of a result that was verified. */
export type Judgement =
  | {
      readonly state: 'valid'
      /** 64 hex digits. */
      readonly identity: string
      /** What it says, by the manifest's names, as decimal digits. */
      readonly says: Readonly<Record<string, string>>
      readonly completeness: Completeness
      /** Id of the content of the storage network that is its log, 64 hex digits; left out where the result holds its log, or none is kept. */
      readonly log?: string | undefined
    }
  | { readonly state: 'invalid'; readonly reason: string; readonly detail: string }
  /** Its program is not here; what it read is not on Bitcoin, or not where it can be found. */
  | { readonly state: 'unknown'; readonly reason: 'no-program' | 'no-input' }

/** Judges a result by a chain that holds its block at its height: nothing is believed of the result. */
export interface ResultJudge {
  /** Throws where its inputs cannot be had for now, or where the chain has moved away from the result's block. */
  judge(result: ProgramResult, signal: AbortSignal): Promise<Judgement>
}
