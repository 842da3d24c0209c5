import { existsSync } from 'node:fs'
import { basename, join, posix } from 'node:path'
import { bytesToHex } from '../../lib/index.ts'
import { readRegular } from '../../lib/io/index.ts'
import { circomCompiler, circomSources } from '../../proving/io/index.ts'
import { type Bundle, type BundleFile, encodeBundle, MAX_SETUP_FILE_BYTES } from '../bundle/bundle.ts'
import { MANIFEST_PATH } from '../bundle/paths.ts'
import { SETUP_FOLDER } from '../ceremony/ceremony-file.ts'
import { computeError } from '../errors.ts'
import { filesOf, VECTORS_FILE } from '../vectors/vectors.ts'
import { ceremonyFiles, type Program } from './open-program.ts'
import { openVectors } from './vectors/run-vectors.ts'
import { MAX_VECTOR_FILE_BYTES } from './vectors/vector-says.ts'

/**
 * The bundle of a program: what it is made of, read from its folder once more and compared with what was compiled. Throws
 * E_PROGRAM where the folder has changed since, or a circuit includes what lies outside of it; E_VECTORS.
 */
export async function makeBundle(program: Program): Promise<Uint8Array> {
  const { folder, bundled, manifest, manifestBytes, circuit, id, keyId } = program
  const { circuit: main } = manifest.program
  const { id: circuitId, sources } = await circomSources(
    join(folder, main),
    bundled && { own: folder, packages: bundled.packages },
  )
  if (circuitId !== circuit.id) throw computeError('E_PROGRAM', `${main} has changed since it was compiled`)
  const files: BundleFile[] = [{ path: MANIFEST_PATH, bytes: manifestBytes }]
  const encoder = new TextEncoder()
  for (const { of, name, text } of sources) {
    const path = of === 'package' ? posix.join('packages', name) : posix.join('graph', posix.dirname(main), name)
    if (of === 'library' && !path.startsWith('graph/')) {
      throw computeError('E_PROGRAM', `${main} includes ${name}, which lies outside of the graph’s folder`)
    }
    files.push({ path, bytes: encoder.encode(text) })
  }
  files.push(...(await vectorFiles(folder)))
  files.push(...(await setupFiles(program)))
  const bundle: Bundle = { claims: { program: id, circuitId, keyId, compiler: await circomCompiler() }, files }
  try {
    return encodeBundle(bundle)
  } catch (cause) {
    throw computeError('E_PROGRAM', `${bytesToHex(id)} makes ${(cause as Error).message}`, { cause })
  }
}

/** Keys that nobody can make anew: those of a ceremony. */
async function setupFiles(program: Program): Promise<BundleFile[]> {
  const held = ceremonyFiles(program)
  if (held === null) return []
  return await Promise.all(
    Object.values(held).map(async (path) => ({
      path: `${SETUP_FOLDER}/${basename(path)}`,
      bytes: await readRegular(path, MAX_SETUP_FILE_BYTES).catch((cause) => {
        throw computeError('E_PROGRAM', `${path} cannot be read: ${cause.message}`, { cause })
      }),
    })),
  )
}

/** Vectors and what they name; none where the graph has none. */
async function vectorFiles(folder: string): Promise<BundleFile[]> {
  if (!existsSync(join(folder, VECTORS_FILE))) return []
  const paths = [VECTORS_FILE, ...filesOf(await openVectors(folder))]
  return await Promise.all(
    paths.map(async (path) => ({
      path: `graph/${path}`,
      bytes: await readRegular(join(folder, path), MAX_VECTOR_FILE_BYTES).catch((cause) => {
        throw computeError('E_VECTORS', `${path}, which ${VECTORS_FILE} names, cannot be read: ${cause.message}`, {
          cause,
        })
      }),
    })),
  )
}
