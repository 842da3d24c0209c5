import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A graph that says the square of what it is given, and one that reads a result of it: its condition is a square of 100 or more. */

const GAUGE = `version: 1
name: gauge
dataSources: [{ kind: headers }]
trigger: { onRequest: true }
program: { kind: circuit, circuit: gauge.circom, arguments: [{ signal: x }], outputs: [square] }
`

const GAUGE_CIRCUIT = `pragma circom 2.1.6;
template Gauge() {
    signal input x;
    signal output square;
    square <== x * x;
}
component main {public [x]} = Gauge();
`

const watch = (program: string, trigger: string) => `version: 1
name: watch
dataSources:
  - { kind: result, program: ${program} }
trigger: { ${trigger}: true }
program:
  kind: circuit
  circuit: watch.circom
  input: { signal: in, bytes: 132, commitment: read, condition: holds }
  outputs: [holds, read, height, square]
`

const WATCH_CIRCUIT = `pragma circom 2.1.6;
include "wsc-bitcoin/circuits/compute/result-input.circom";
template Watch() {
    signal input in[132];
    signal output holds;
    signal output read;
    signal output height;
    signal output square;
    component result = ResultInput(2);
    result.in <== in;
    read <== result.commitment;
    height <== result.height;
    square <== result.value[0];
    component enough = IsNonNegative(64);
    enough.in <== square - 100;
    holds <== enough.out;
}
component main = Watch();
`

async function write(folder: string, manifest: string, circuit: string, text: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'graph.yaml'), manifest)
  await writeFile(join(folder, circuit), text)
  return folder
}

export const writeGauge = (folder: string) => write(folder, GAUGE, 'gauge.circom', GAUGE_CIRCUIT)

/** @param program id of the other one, 64 hex digits */
export const writeWatch = (folder: string, program: string, trigger: 'onEvent' | 'onRequest' = 'onEvent') =>
  write(folder, watch(program, trigger), 'watch.circom', WATCH_CIRCUIT)
