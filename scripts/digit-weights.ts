import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

// The weights of models in graphs/ as their circuits read them: `node scripts/digit-weights.ts` writes weights.circom from
// weights.json, which training writes; `--check` only compares it. No sum may leave its range, whatever the image.
const READERS: Readonly<Record<string, readonly string[]>> = {
  digits: ['digits', 'digits-private-image'],
  'digits-cnn': ['digits-cnn'],
}

/** Its values are divided by 2^shift and cut off below zero; the last layer's, the scores, have no shift and are never negative. */
interface Layer {
  readonly bits: number
  readonly shift?: number
  readonly biases: readonly number[]
  readonly weights: readonly (readonly number[])[]
}

/** The least and greatest that each sum of a layer can be. Values below come in turns: of each place, one of each unit. */
function sums({ biases, weights }: Layer, most: readonly number[]): { least: number; greatest: number }[] {
  return weights.map((row, k) => {
    const [least, greatest] = [Math.min, Math.max].map((pick) =>
      row.reduce((sum, weight, i) => sum + pick(weight * (most[i % most.length] as number), 0), biases[k] as number),
    ) as [number, number]
    return { least, greatest }
  })
}

/** Throws where a sum may leave the range that the circuit checks. */
function requireBounds(graph: string, layers: Readonly<Record<string, Layer>>): void {
  let most: readonly number[] = [255]
  for (const [name, layer] of Object.entries(layers)) {
    const found = sums(layer, most)
    const lowest = layer.shift === undefined ? 0 : -(2 ** layer.bits)
    if (!found.every(({ least, greatest }) => least >= lowest && greatest < 2 ** layer.bits)) {
      throw new Error(`graphs/${graph}/weights.json: sums of ${name} may leave their range`)
    }
    most = found.map(({ greatest }) => Math.floor(Math.max(greatest, 0) / 2 ** (layer.shift ?? 0)))
  }
}

const numbers = (values: readonly number[]) => `[${values.join(', ')}]`
const constant = (name: string, value: number) => `function ${name}() { return ${value}; }`
const vector = (name: string, values: readonly number[]) => `function ${name}() { return ${numbers(values)}; }`
const matrix = (name: string, rows: readonly (readonly number[])[]) =>
  `function ${name}() {\n    return [\n        ${rows.map(numbers).join(',\n        ')}\n    ];\n}`

/** Functions called by the layer's name, without the s of more than one. */
function functionsOf(layer: string, { bits, shift, biases, weights }: Layer): { constants: string[]; rows: string[] } {
  const name = layer.replace(/s$/, '')
  return {
    constants: [constant(`${name}Bits`, bits), ...(shift === undefined ? [] : [constant(`${name}Shift`, shift)])],
    rows: [vector(`${name}Biases`, biases), matrix(`${name}Weights`, weights)],
  }
}

const file = (graph: string, name: string) => fileURLToPath(new URL(`../graphs/${graph}/${name}`, import.meta.url))

for (const [trained, readers] of Object.entries(READERS)) {
  const layers = JSON.parse(await readFile(file(trained, 'weights.json'), 'utf8')) as Readonly<Record<string, Layer>>
  requireBounds(trained, layers)
  const functions = Object.entries(layers).map(([name, layer]) => functionsOf(name, layer))
  const lines = [...functions.flatMap(({ constants }) => constants), ...functions.flatMap(({ rows }) => rows)]
  const text = `pragma circom 2.1.6;\n\n// Made from weights.json by scripts/digit-weights.ts.\n${lines.join('\n')}\n`
  for (const graph of readers) {
    if (process.argv[2] !== '--check') await writeFile(file(graph, 'weights.circom'), text)
    else if ((await readFile(file(graph, 'weights.circom'), 'utf8')) !== text) {
      console.error(
        `graphs/${graph}/weights.circom is not what digit-weights.ts makes of graphs/${trained}/weights.json`,
      )
      process.exitCode = 1
    }
  }
}
