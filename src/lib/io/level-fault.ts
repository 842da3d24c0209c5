import { type Cure, errorCode, WscError } from '../errors.ts'

/**
 * What can be wrong with a store, whatever it holds: another process has it; no space; what lies there cannot be
 * what was written; or anything else, which may be otherwise next time.
 */
export type StoreFault = 'locked' | 'full' | 'damaged' | 'failed'

/** How a part tells what is wrong with a store of its own. */
export interface StoreTerms<Code extends string> {
  /** What it is called, with its place: "the history in FOLDER". */
  readonly name: string
  readonly codes: Readonly<Record<StoreFault, Code>>
  readonly cures?: Readonly<Partial<Record<StoreFault, Cure>>>
}

/** An error of LevelDB as one of ours, in the words and codes of the part whose store it is. */
export function storeError<Code extends string>(terms: StoreTerms<Code>, error: unknown): WscError<Code> {
  if (error instanceof WscError) return error
  const fault = faultOf(error)
  const cure = terms.cures?.[fault]
  const options = cure === undefined ? { cause: error } : { cause: error, cure }
  return new WscError(terms.codes[fault], message(terms.name, fault, failureOf(error).message), options)
}

function message(name: string, fault: StoreFault, detail: string): string {
  switch (fault) {
    case 'locked':
      return `another process works with ${name}`
    case 'full':
      return `no space left for ${name}; what was saved before is intact`
    case 'damaged':
      return `${name} is damaged (${detail})`
    case 'failed':
      return `${name} cannot be used: ${detail}`
  }
}

/** The only place that knows LevelDB's codes and, where it has one code for several faults, its texts. */
export function faultOf(error: unknown): StoreFault {
  const { code = '', message } = failureOf(error)
  if (code === 'LEVEL_LOCKED') return 'locked'
  if (code === 'ENOSPC' || code === 'EDQUOT' || /no space left|quota exceeded/i.test(message)) return 'full'
  if (code === 'LEVEL_CORRUPTION' || code === 'LEVEL_DECODE_ERROR') return 'damaged'
  // One of its files is missing, empty, or shorter than another says; not one that cannot be read now.
  if (code === 'LEVEL_IO_ERROR' && /No such file or directory|Invalid argument/.test(message)) return 'damaged'
  return 'failed'
}

/** What LevelDB says; where opening failed, inside of an error of its own. */
function failureOf(error: unknown): { readonly code: string | undefined; readonly message: string } {
  const inner = (error as { readonly cause?: unknown } | null)?.cause
  const said = errorCode(error) === 'LEVEL_DATABASE_NOT_OPEN' && inner !== undefined ? inner : error
  return { code: errorCode(said), message: said instanceof Error ? said.message : String(said) }
}
