pragma circom 2.1.6;

include "../../../circuits/lib/header-hash.circom";

// The hashes of n headers given as bits, each hash as two numbers of 128 bits: public values of a size that a program
// has, under the hash that any program about Bitcoin computes. For the bench of one-shot proofs only.
template HeaderHashes(n) {
    signal input prev[n][8][32];
    signal input word[n][12][32];
    signal output hash[n][2];

    component hashes[n];
    for (var h = 0; h < n; h++) {
        hashes[h] = HeaderHash();
        for (var i = 0; i < 32; i++) {
            for (var j = 0; j < 8; j++) {
                prev[h][j][i] * (1 - prev[h][j][i]) === 0;
                hashes[h].prev[j][i] <== prev[h][j][i];
            }
            for (var j = 0; j < 12; j++) {
                word[h][j][i] * (1 - word[h][j][i]) === 0;
                hashes[h].word[j][i] <== word[h][j][i];
            }
        }
        for (var half = 0; half < 2; half++) {
            var packed = 0;
            for (var j = 0; j < 4; j++) {
                for (var i = 0; i < 32; i++) { packed += hashes[h].hash[4 * half + j][i] * (1 << (32 * j + i)); }
            }
            hash[h][half] <== packed;
        }
    }
}
