import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Result, rejection } from '../../lib/index.ts'
import { inspectCircom } from '../../proving/io/index.ts'
import { VECTORS_FILE } from '../vectors/vectors.ts'
import { makeBundle } from './make-bundle.ts'
import type { Program } from './open-program.ts'
import { openVectors, runVectors } from './vectors/run-vectors.ts'

/** Why a program is not published. */
export type PublicationReject =
  /** circom's inspection warns of its circuit. */
  | 'warnings'
  /** It does not say what its own vectors say. */
  | 'vectors'

export interface PublicationOptions {
  /** Whether the author has seen what circom warns of. */
  readonly acknowledged?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** The bundle of a program that may be published: its vectors hold, and circom warns of nothing that was not acknowledged. */
export async function preparePublication(
  program: Program,
  { acknowledged = false, signal }: PublicationOptions = {},
): Promise<Result<{ readonly bundle: Uint8Array; readonly warnings: readonly string[] }, PublicationReject>> {
  const { folder, bundled, manifest } = program
  const warnings = await inspectCircom(join(folder, manifest.program.circuit), {
    ...(signal !== undefined && { signal }),
    ...(bundled !== undefined && { within: { own: folder, packages: bundled.packages } }),
  })
  if (warnings.length > 0 && !acknowledged) return rejection('warnings', warnings.join('\n'))
  if (existsSync(join(folder, VECTORS_FILE))) {
    const outcomes = await runVectors(program, await openVectors(folder), signal === undefined ? {} : { signal })
    const failed = outcomes.flatMap(({ name, outcome }) => (outcome.ok ? [] : [`${name}: ${outcome.detail}`]))
    if (failed.length > 0) return rejection('vectors', failed.join('\n'))
  }
  return { ok: true, bundle: await makeBundle(program), warnings }
}
