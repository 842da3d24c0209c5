import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A graph whose circuit compiles at once: a bit and a byte, their sum times a constant, and what commits to neither. */
export const SMALL_MANIFEST = `version: 1
name: small
dataSources:
  - kind: inscription
trigger:
  onRequest: true
program:
  kind: circuit
  circuit: small.circom
  input: { signal: byte, bytes: 2, commitment: all }
  outputs: [sum, all]
`

export const SMALL_CIRCUIT = `pragma circom 2.1.6;
include "parts/times.circom";
template Small() {
    signal input byte[2];
    signal output sum;
    signal output all;
    byte[0] * (byte[0] - 1) === 0;
    component times = Times(3);
    times.in <== byte[0] + byte[1];
    sum <== times.out * byte[0];
    all <== byte[0] * byte[1];
}
component main = Small();
`

const TIMES = `pragma circom 2.1.6;
template Times(n) {
    signal input in;
    signal output out;
    out <== n * in;
}
`

export const SMALL_VECTORS = `version: 1
cases:
  - name: both
    input: vectors/one.bin
    outputs: { sum: 24, all: 7 }
  - name: no bit
    input: vectors/two.bin
    refused: Small_
`

/** Its files by their paths. */
export const SMALL_GRAPH: Readonly<Record<string, string | Uint8Array>> = {
  'graph.yaml': SMALL_MANIFEST,
  'small.circom': SMALL_CIRCUIT,
  'parts/times.circom': TIMES,
  'graph.test.yaml': SMALL_VECTORS,
  'vectors/one.bin': Uint8Array.of(1, 7),
  'vectors/two.bin': Uint8Array.of(2, 7),
}

/** Writes it into a folder, with other files in the place of some. */
export async function writeSmallGraph(
  folder: string,
  other: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  for (const [path, content] of Object.entries({ ...SMALL_GRAPH, ...other })) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}
