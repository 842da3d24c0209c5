pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";

// P(tag; in): Poseidon of n elements whose capacity element starts as the tag. Tags separate what storage hashes, from one
// another and from what the bus hashes (1 to 3): none can be read as another.
function baseTag() { return 17; }                   // a provider's key for a blob
function keysTag() { return 18; }                   // the two keys of a unit
function idTag() { return 19; }
function entryTag() { return 20; }
function seedTag() { return 21; }                   // the first draw of a try
function secondTag() { return 22; }
function ticketTag() { return 23; }
function sampleTag() { return 25; }                 // 24 is the seed of a certificate, which its verifier hashes
function rowTag() { return 33; }
function unitTag() { return 34; }                   // above it 35 chunk, 36, 37, 38 root of a blob
function chunkTag() { return 35; }
function lowestEntriesTag() { return 41; }          // to 46, root of the table

// Constraints by n: 240, 261, 297 for 2, 3, 4; 381 for 7; 609 for 16.
template Hash(tag, n) {
    signal input in[n];
    signal output out;
    component poseidon = PoseidonEx(n, 1);
    poseidon.initialState <== tag;
    for (var i = 0; i < n; i++) { poseidon.inputs[i] <== in[i]; }
    out <== poseidon.out[0];
}

// P²(tag; in): its first two outputs. The second costs nothing.
template TwoHashes(tag, n) {
    signal input in[n];
    signal output out[2];
    component poseidon = PoseidonEx(n, 2);
    poseidon.initialState <== tag;
    for (var i = 0; i < n; i++) { poseidon.inputs[i] <== in[i]; }
    for (var i = 0; i < 2; i++) { out[i] <== poseidon.out[i]; }
}
