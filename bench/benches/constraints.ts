import { stepCircuit } from '../../src/bus/io/index.ts'
import { compileCircuit, readR1csCounts } from '../../src/proving/io/index.ts'
import { certifyCircuit, winCircuit } from '../../storage/io/index.ts'
import type { Bench } from '../bench.ts'
import { compileBusStep, compileStepN, compileVariant, type Sha256 } from '../support/circuit-variants.ts'
import { count, type Quantity, ratio } from '../support/quantity.ts'

const TEMPLATES: readonly (readonly [template: string, file: string, what: string])[] = [
  ['UnpackParams()', 'bus/state', 'network parameters of the state, as bits'],
  ['Unpack32(5)', 'bus/state', 'position of the state'],
  ['UnpackHash()', 'bus/state', 'tip of the state, as bits'],
  ['HashAtMost()', 'bus/proof-of-work', 'hash at most the target'],
  ['TimeAfterMedian()', 'bus/median-time', 'time above the median of eleven'],
  ['VersionAtLeast()', 'bus/version', 'version rules'],
  ['Retarget()', 'bus/retarget', 'target after an epoch'],
  ['BlockWork()', 'bus/work', 'work of a target'],
  ['Append()', 'bus/accumulator', 'one leaf more in the accumulator'],
  ['PackLeaf()', 'lib/leaf', 'a header as a leaf'],
  ['LeafFields()', 'lib/leaf', 'a leaf as a header'],
  ['HistoryPath(22)', 'lib/history', 'a leaf’s place in the history'],
  ['HistoryHeader(22)', 'lib/history', 'the header at a height'],
  ['CanonicalBits()', 'storage/draw', 'bits of an element below p'],
  ['DrawnUnit(24)', 'storage/draw', 'a unit drawn by an element'],
  ['TreeNode(35)', 'storage/tree', 'a node of sixteen over a child'],
  ['Unmask()', 'storage/mask', 'a unit from under the mask'],
  ['OpenedUnit()', 'storage/opening', 'an encoded unit of a blob'],
]

export const constraints: Bench = {
  name: 'constraints',
  title: 'Constraints',
  about:
    'circom2 --O2, read from the header of the .r1cs file. The same step circuit with only the SHA-256 template swapped ' +
    'for circomlib’s (bench/circuits/header-hash.circom), compiled from a copy of the sources. Templates are compiled ' +
    'alone: in the step some of their linear constraints vanish.',
  async run({ quick, say }) {
    const alone = async (template: string, file: string, sha256: Sha256 = 'ours'): Promise<number> => {
      say(`${template} (${sha256})`)
      const name = template.replaceAll(/\W/g, '')
      const text = `include "../${file}.circom";\n\ncomponent main = ${template};`
      return (await readR1csCounts((await compileVariant(name, text, sha256)).r1cs)).constraints
    }
    const ours = await alone('HeaderHash()', 'lib/header-hash')
    const theirs = await alone('HeaderHash()', 'lib/header-hash', 'circomlib')
    say('step circuit (ours, circomlib)')
    const step = await readR1csCounts((await compileCircuit(stepCircuit)).r1cs)
    const theirStep = await readR1csCounts((await compileBusStep('circomlib')).r1cs)
    const compared = [
      row('block hash of one header', count(ours), count(theirs)),
      row('step circuit, two headers', count(step.constraints), count(theirStep.constraints)),
      row('… a header slot', count(step.constraints / 2), count(theirStep.constraints / 2)),
      row('… wires', count(step.wires), count(theirStep.wires)),
    ]
    const templates = [['HeaderHash()', 'block hash', count(ours)] as const]
    const rest: (readonly [string, string, Quantity])[] = []
    for (const [template, file, what] of TEMPLATES) rest.push([template, what, count(await alone(template, file))])

    say('win, certificate')
    for (const [declaration, what] of [
      [winCircuit, 'a win of sampling, one-shot'],
      [certifyCircuit, 'six samples of a certificate, a step'],
    ] as const) {
      const { constraints } = await readR1csCounts((await compileCircuit(declaration)).r1cs)
      rest.push([declaration.name, what, count(constraints)])
    }

    const steps: (readonly [string, Quantity, Quantity])[] = []
    for (const n of quick ? [1] : [1, 2, 4]) {
      say(`step circuit, ${n} a step`)
      const { constraints } = await readR1csCounts((await compileStepN(n)).r1cs)
      steps.push([`${n} (bench/circuits/step-n.circom)`, count(constraints), count(constraints / n)])
    }
    steps.push(['2 (the bus’s)', count(step.constraints), count(step.constraints / 2)])
    return {
      tables: [
        { columns: ['circuit', 'ours', 'circomlib', 'ratio'], rows: compared },
        { columns: ['template, alone', 'proves', 'constraints'], rows: [...templates, ...rest] },
        { columns: ['headers a step', 'constraints', 'a header'], rows: steps },
      ],
      notes: [
        'Measured elsewhere: btc-nova-lc, with fewer rules and no accumulator, has 103,965 constraints at 1 a step and ' +
          '376,536 at 4 with Nova’s augmentation; Nova-Scotia’s example 100,813 a block; our prototype’s hash 48,818.',
      ],
    }
  },
}

function row(name: string, ours: Quantity, circomlib: Quantity) {
  return [name, ours, circomlib, ratio(circomlib.value / ours.value)] as const
}
