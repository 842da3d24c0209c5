import { z } from 'zod'
import { type Result, rejection } from '../../lib/index.ts'
import { identifier, localFile } from '../manifest/names.ts'
import { readYaml, type YamlReject } from '../manifest/read-yaml.ts'

/** The vectors of a graph: what it must say of what it is given, and what its circuit must refuse. */

/** Their name in the graph's folder. */
export const VECTORS_FILE = 'graph.test.yaml'

export const MAX_VECTORS_BYTES = 1 << 20
const MAX_CASES = 1_000

/** YAML keeps no number beyond 2^53: greater ones are written as text. */
const element = z.union([
  z.int().min(0).transform(BigInt),
  z
    .string()
    .regex(/^\d{1,78}$/, 'must be decimal digits')
    .transform(BigInt),
])

/** What is not named is not compared. */
const said = z.record(identifier, element)

const MUST = ['outputs', 'state', 'log', 'refused'] as const

const vector = z
  .strictObject({
    name: z.string().min(1).max(200),
    /** Of a circuit: a file with the bytes that it reads. */
    input: localFile.optional(),
    /** And one with the values of its arguments in JSON. */
    arguments: localFile.optional(),
    /** Of a stream: a file of raw headers, the height of the first one, and the last height to take. */
    headers: localFile.optional(),
    startHeight: z.int().min(0).max(0xffff_ffff).optional(),
    height: z.int().min(0).max(0xffff_ffff).optional(),
    /** What must come of it. */
    outputs: said.optional(),
    state: said.optional(),
    /** All entries of the log. */
    log: z.array(said).max(10_000).optional(),
    /** The circuit takes no such input: what its generator's message must say, the name of a template for one. */
    refused: z.string().min(1).max(200).optional(),
  })
  .refine((of) => MUST.some((must) => of[must] !== undefined), { error: `must have one of ${MUST.join(', ')}` })
  .refine(({ refused, outputs, state, log }) => refused === undefined || !(outputs || state || log), {
    path: ['refused'],
    error: 'what is refused says nothing',
  })

const schema = z
  .strictObject({ version: z.literal(1), cases: z.array(vector).min(1).max(MAX_CASES) })
  .refine(({ cases }) => new Set(cases.map(({ name }) => name)).size === cases.length, {
    path: ['cases'],
    error: 'two cases have one name',
  })

export type Vector = z.infer<typeof vector>

/** Reads the vectors of a graph and checks all of them; the detail names line and column of each fault. */
export function readVectors(bytes: Uint8Array): Result<{ readonly cases: readonly Vector[] }, YamlReject> {
  const read = readYaml(bytes, { schema, limit: MAX_VECTORS_BYTES, what: 'file of vectors' })
  return read.ok ? { ok: true, cases: read.content.cases } : rejection(read.reject, read.detail)
}

/** Files that vectors name, each once. */
export function filesOf(cases: readonly Vector[]): string[] {
  const files = cases.flatMap(({ input, arguments: given, headers }) => [input, given, headers])
  return [...new Set(files.filter((path) => path !== undefined))]
}
