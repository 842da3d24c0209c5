pragma circom 2.1.6;

include "../lib/history.circom";

// Headers for a program, opened in the bus's history commitment: who verifies compares the commitment with that of a bus
// proof, and needs no header.

// Elements of an opening: the leaf (3), two siblings for each exponent but the first, the list's rest, the roots of newer
// trees (levels - 2), the twin. src/compute/circuit/opening.ts makes them.
function openingElements(levels) { return 3 + 2 * (levels - 1) + 1 + (levels - 2) + 1; }

// The header at `height` has these fields, in the chain from the header at `start` to that at `tip` whose history is
// `history`. `history`, `start` and `tip` must be public, or follow from what is, and be compared with a verified bus proof.
// A path is as long as its tree is high: the shape of the list follows from `tip - start`, none of it is the prover's choice.
// Assumes nothing of its inputs: a height that the chain does not have, a tip below the start and an element outside its
// range have no witness. 12,357 constraints at 22 levels, which serve chains of 2^22 headers.
template HeaderAt(levels) {
    signal input history;
    signal input start;
    signal input tip;
    signal input height;
    signal input opening[openingElements(levels)];
    signal output time;                     // 32 bits, as bits, version (unsigned) and nonce
    signal output bits;
    signal output version;
    signal output nonce;
    signal output hashHigh;                 // 128 bits each
    signal output hashLow;
    signal output rootHigh;                 // of the Merkle root
    signal output rootLow;

    component header = HistoryHeader(levels);
    header.commitment <== history;
    header.start <== start;
    header.count <== tip - start + 1;
    header.height <== height;
    for (var i = 0; i < 3; i++) { header.leaf[i] <== opening[i]; }
    for (var k = 0; k < levels - 1; k++) {
        for (var i = 0; i < 2; i++) { header.siblings[k][i] <== opening[3 + 2 * k + i]; }
    }
    var after = 3 + 2 * (levels - 1);
    header.rest <== opening[after];
    for (var k = 0; k < levels - 2; k++) { header.peaks[k] <== opening[after + 1 + k]; }
    header.twin <== opening[after + levels - 1];

    time <== header.time;
    bits <== header.bits;
    version <== header.version;
    nonce <== header.nonce;
    hashHigh <== header.hashHigh;
    hashLow <== header.hashLow;
    rootHigh <== header.rootHigh;
    rootLow <== header.rootLow;
}
