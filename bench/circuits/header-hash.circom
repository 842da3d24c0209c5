pragma circom 2.1.6;

include "circomlib/circuits/sha256/sha256.circom";

// The block hash by circomlib's SHA-256, with the interface of circuits/lib/header-hash.circom, whose place it takes in a
// copy of the sources (bench/support/circuit-variants.ts). For comparison only: nothing else uses it.
template HeaderHash() {
    signal input prev[8][32];
    signal input word[12][32];
    signal output hash[8][32];

    component first = Sha256(640);          // 80 bytes: two compressions
    component second = Sha256(256);         // 32 bytes: one
    for (var i = 0; i < 32; i++) {          // circomlib takes and gives the most significant bit of a word first
        first.in[31 - i] <== word[0][i];
        for (var j = 0; j < 8; j++) { first.in[32 * (1 + j) + 31 - i] <== prev[j][i]; }
        for (var j = 0; j < 11; j++) { first.in[32 * (9 + j) + 31 - i] <== word[1 + j][i]; }
    }
    for (var k = 0; k < 256; k++) { second.in[k] <== first.out[k]; }
    for (var j = 0; j < 8; j++) {
        for (var i = 0; i < 32; i++) { hash[j][i] <== second.out[32 * j + 31 - i]; }
    }
}
