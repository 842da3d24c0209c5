import { headerFile, mineChain } from '../bus/chain-fixture.ts'

/** A graph whose condition holds in period 1 alone; what it opens it takes as it is. */
export const ODD_MANIFEST = `version: 1
name: odd
dataSources:
  - kind: headers
trigger:
  onEvent: true
program:
  kind: circuit
  circuit: odd.circom
  history: { period: 5, places: [0, 4], opening: opening, condition: holds }
  outputs: [holds, last]
`
/** Its circuit. */
export const ODD_CIRCUIT = `pragma circom 2.1.6;
template Odd() {
    signal input history;
    signal input start;
    signal input ordinal;
    signal input opening[2][67];
    signal output holds <== ordinal * (2 - ordinal);
    signal output last;
    signal squares[2][67];
    var sum = history * start;
    for (var i = 0; i < 2; i++) {
        for (var j = 0; j < 67; j++) {
            squares[i][j] <== opening[i][j] * opening[i][j];
            sum += squares[i][j];
        }
    }
    last <== sum;
}
component main {public [history, start, ordinal]} = Odd();
`

/** The first headers of a chain of regtest, as a file. */
export const oddHeaders = (count: number): Uint8Array => headerFile(mineChain(count - 1).headers)
