import { z } from 'zod'
import { hash256, hexUpTo, type Result, rejection, uint32 } from '../../lib/index.ts'
import { identifier, localFile } from '../manifest/names.ts'
import { readYaml, type YamlReject } from '../manifest/read-yaml.ts'
import { MAX_SCRIPT_BYTES } from '../transactions/limits.ts'

/** The vectors of a graph: what it must say of what it is given, and what its circuit must refuse. */

/** Their name in the graph's folder. */
export const VECTORS_FILE = 'graph.test.yaml'

/** Some hundred times those there are; YAML of this size is read in part of a second, whatever it says. */
export const MAX_VECTORS_BYTES = 1 << 18
const MAX_CASES = 1_000
/** Of one case. */
const MAX_BLOCKS = 16
const MAX_TXIDS = 512

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
    /** Of what reads a chain: a file of raw headers, the height of the first one, and the last height to take. */
    headers: localFile.optional(),
    startHeight: uint32.optional(),
    height: uint32.optional(),
    /** Of a circuit that opens headers: which period. */
    ordinal: uint32.optional(),
    /** Of transactions: files of raw blocks, the script that is paid to, between which heights, and which where not all. */
    blocks: z.array(localFile).min(1).max(MAX_BLOCKS).optional(),
    script: hexUpTo(MAX_SCRIPT_BYTES).optional(),
    from: uint32.optional(),
    to: uint32.optional(),
    txids: z.array(hash256).min(1).max(MAX_TXIDS).optional(),
    /** What must come of it. */
    outputs: said.optional(),
    state: said.optional(),
    /** All entries of the log. */
    log: z.array(said).max(10_000).optional(),
    /** The program takes no such input: what must be said of it, the name of a template in the generator's message for one. */
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
  const files = cases.flatMap(({ input, arguments: given, headers, blocks = [] }) => [input, given, headers, ...blocks])
  return [...new Set(files.filter((path) => path !== undefined))]
}
