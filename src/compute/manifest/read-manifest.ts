import { type Result, rejection } from '../../lib/index.ts'
import { MAX_MANIFEST_BYTES, type Manifest, manifestSchema } from './manifest.ts'
import { readYaml } from './read-yaml.ts'

/** Why bytes are no manifest; the detail names line and column of each fault. */
export type ManifestReject = 'oversize' | 'not-utf8' | 'bad-yaml' | 'bad-manifest'

/** Reads a manifest and checks all of it. */
export function readManifest(bytes: Uint8Array): Result<{ readonly manifest: Manifest }, ManifestReject> {
  const read = readYaml(bytes, { schema: manifestSchema, limit: MAX_MANIFEST_BYTES, what: 'manifest' })
  if (read.ok) return { ok: true, manifest: read.content }
  return rejection(read.reject === 'bad-content' ? 'bad-manifest' : read.reject, read.detail)
}
