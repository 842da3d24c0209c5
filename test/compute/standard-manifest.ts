import { readFileSync } from 'node:fs'
import type { Manifest, StreamProgram } from '../../src/compute/manifest/manifest.ts'
import { readManifest } from '../../src/compute/manifest/read-manifest.ts'

/** The manifest of graphs/chain-stats. */
export function standardManifest(): Manifest<StreamProgram> {
  const result = readManifest(readFileSync(new URL('../../graphs/chain-stats/graph.yaml', import.meta.url)))
  if (!result.ok) throw new Error(result.detail)
  const { program } = result.manifest
  if (program.kind !== 'stream') throw new Error('no stream')
  return { ...result.manifest, program }
}
