import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A graph that is proved by Groth16 in no time: somebody knows secrets of which `mark` is made, and gives it to `recipient`, which no
 * constraint touches.
 */
export const TINY_MANIFEST = `version: 1
name: tiny
dataSources:
  - kind: headers
trigger:
  onRequest: true
program:
  kind: circuit
  circuit: tiny.circom
  proofSystem: groth16
  arguments:
    - { signal: recipient }
    - { signal: root, elements: 4 }
    - { signal: secret, elements: 2, private: true }
  outputs: [mark, twice0, twice1]
`

export const TINY_CIRCUIT = `pragma circom 2.1.6;
template Tiny() {
    signal input secret[2];
    signal input recipient;
    signal input root[2][2];
    signal output mark;
    signal output twice[2];
    signal product <== secret[0] * secret[1];
    mark <== product * secret[0] + root[1][0];
    for (var i = 0; i < 2; i++) { twice[i] <== 2 * product + i; }
}
component main {public [root, recipient]} = Tiny();
`

export const TINY_ARGUMENTS = { recipient: '5', root: ['0', '0', '7', '0'], secret: ['3', '11'] }
/** mark, twice, recipient, root. */
export const TINY_VALUES = [106n, 66n, 67n, 5n, 0n, 0n, 7n, 0n]

/** Makes its folder, anything in it replaced. */
export async function tinyGraph(
  folder: string,
  change: { readonly manifest?: (text: string) => string; readonly circuit?: (text: string) => string } = {},
): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'graph.yaml'), change.manifest?.(TINY_MANIFEST) ?? TINY_MANIFEST)
  await writeFile(join(folder, 'tiny.circom'), change.circuit?.(TINY_CIRCUIT) ?? TINY_CIRCUIT)
  return folder
}
