import type { BlockHash } from '../../../bitcoin/index.ts'
import type { InputEvidence } from '../../input/attested-input.ts'
import type { InputSource } from '../../manifest/data-sources.ts'

/** An input whose evidence was verified. */
export interface ReadInput {
  /** Of the last block that holds any of it. */
  readonly height: number
  readonly blockHash: BlockHash
  /** Of what was read, source after source. */
  readonly ids: readonly string[]
}

/** Which ids are those of which source: of a result its record's alone, of others one for each attestation. */
export function readBySource(
  sources: readonly InputSource[],
  evidence: readonly InputEvidence[],
  all: readonly string[],
): readonly { readonly source: InputSource; readonly ids: readonly string[] }[] {
  let from = 0
  return sources.map((source, i) => {
    const to = from + (source.kind === 'result' ? 1 : (evidence[i]?.attestations.length ?? 0))
    const ids = all.slice(from, to)
    from = to
    return { source, ids }
  })
}
