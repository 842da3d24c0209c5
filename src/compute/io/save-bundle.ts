import { mkdir, rename, rm } from 'node:fs/promises'
import { type Result, WscError } from '../../lib/index.ts'
import { decodeBundle } from '../bundle/bundle.ts'
import { computeError } from '../errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { type AuditOptions, type AuditReject, buildBundled, unpackBundle } from './open-bundle.ts'

/**
 * Builds the program of a bundle, and where it is the one that it must be puts the bundle's files into a new folder, which is
 * a graph's folder from then on (`readGraph`). Throws E_INPUT where something is there already.
 */
export async function saveBundle(
  bytes: Uint8Array,
  out: string,
  options: AuditOptions = {},
): Promise<Result<{ readonly manifest: Manifest; readonly program: Uint8Array }, AuditReject>> {
  const read = decodeBundle(bytes)
  if (!read.ok) return read
  const partial = `${out}.part`
  await mkdir(out).catch((cause) => {
    throw computeError('E_INPUT', `cannot make the folder ${out}: ${(cause as Error).message}`, { cause })
  })
  let isWhole = false
  try {
    await mkdir(partial)
    await unpackBundle(read.bundle, partial)
    const built = await buildBundled(partial, read.bundle, options)
    if (!built.ok) return built
    await rename(partial, out)
    isWhole = true
    return { ok: true, manifest: built.program.manifest, program: built.program.id }
  } catch (error) {
    if (error instanceof WscError) throw error
    throw computeError('E_INPUT', `cannot write ${out}: ${(error as Error).message}`, { cause: error })
  } finally {
    if (!isWhole) await rm(out, { recursive: true, force: true })
    await rm(partial, { recursive: true, force: true })
  }
}
