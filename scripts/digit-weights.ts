import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

// The weights of graphs/digits as the circuit reads them: `node scripts/digit-weights.ts` writes weights.circom from
// weights.json, which training writes; `--check` only compares it. No sum may leave its range, whatever the image.
const file = (name: string) => fileURLToPath(new URL(`../graphs/digits/${name}`, import.meta.url))

interface Layer {
  readonly bits: number
  readonly biases: readonly number[]
  readonly weights: readonly (readonly number[])[]
}
interface Weights {
  readonly hidden: Layer & { readonly shift: number }
  readonly scores: Layer
}

const { hidden, scores } = JSON.parse(await readFile(file('weights.json'), 'utf8')) as Weights

/** The least and greatest that each sum of a layer can be over inputs from 0 to `most`. */
function sums({ biases, weights }: Layer, most: readonly number[]): { least: number; greatest: number }[] {
  return weights.map((row, k) => {
    const [least, greatest] = [Math.min, Math.max].map((pick) =>
      row.reduce((sum, weight, i) => sum + pick(weight * (most[i] as number), 0), biases[k] as number),
    ) as [number, number]
    return { least, greatest }
  })
}

function requireBounds(name: string, within: boolean): void {
  if (!within) throw new Error(`weights.json: ${name} may leave their range`)
}

const before = sums(hidden, new Array<number>(784).fill(255))
const after = sums(
  scores,
  before.map(({ greatest }) => Math.floor(Math.max(greatest, 0) / 2 ** hidden.shift)),
)
requireBounds(
  'hidden sums',
  before.every(({ least, greatest }) => least >= -(2 ** hidden.bits) && greatest < 2 ** hidden.bits),
)
requireBounds(
  'scores',
  after.every(({ least, greatest }) => least >= 0 && greatest < 2 ** scores.bits),
)

const numbers = (values: readonly number[]) => `[${values.join(', ')}]`
const constant = (name: string, value: number) => `function ${name}() { return ${value}; }`
const vector = (name: string, values: readonly number[]) => `function ${name}() { return ${numbers(values)}; }`
const matrix = (name: string, rows: readonly (readonly number[])[]) =>
  `function ${name}() {\n    return [\n        ${rows.map(numbers).join(',\n        ')}\n    ];\n}`

const text = `pragma circom 2.1.6;

// Made from weights.json by scripts/digit-weights.ts.
${constant('hiddenBits', hidden.bits)}
${constant('hiddenShift', hidden.shift)}
${constant('scoreBits', scores.bits)}
${vector('hiddenBiases', hidden.biases)}
${matrix('hiddenWeights', hidden.weights)}
${vector('scoreBiases', scores.biases)}
${matrix('scoreWeights', scores.weights)}
`

if (process.argv[2] !== '--check') await writeFile(file('weights.circom'), text)
else if ((await readFile(file('weights.circom'), 'utf8')) !== text) {
  console.error('graphs/digits/weights.circom is not what scripts/digit-weights.ts makes of weights.json')
  process.exitCode = 1
}
