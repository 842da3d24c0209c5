pragma circom 2.1.6;

include "sha256-compression.circom";

// The block hash: SHA-256 of SHA-256 of the 80 bytes of a header, in the three compressions it takes.
//
// Words are big-endian reads of the bytes, as SHA-256 takes them; bits least significant first.
//   prev[8]: bytes 4..35, the previous block's hash;
//   word[12]: version, merkle root (8 words), time, bits, nonce.
// Assumes every input is 0 or 1. hash[j][i] is 0 or 1, and no bit is left free.
// 16,791 + 16,534 + 16,477 and the reductions' 204 + 236 + 270 = 50,512 constraints.
template HeaderHash() {
    signal input prev[8][32];
    signal input word[12][32];
    signal output hash[8][32];

    component c0 = Compression(0);
    component c1 = Compression(1);
    component c2 = Compression(2);

    var version = 0; var rootEnd = 0;
    for (var i = 0; i < 32; i++) {
        version += word[0][i] * (1 << i);
        rootEnd += word[8][i] * (1 << i);
        c0.bit[0][i] <== word[0][i];
        for (var j = 0; j < 8; j++) { c0.bit[1 + j][i] <== prev[j][i]; }
        for (var j = 0; j < 7; j++) { c0.bit[9 + j][i] <== word[1 + j][i]; }
        for (var j = 0; j < 16; j++) { c1.bit[j][i] <== j < 4 ? word[8 + j][i] : 0; }
    }
    c0.first <== version;
    c1.first <== rootEnd;
    for (var k = 0; k < 8; k++) {
        c0.iv[k] <== 0;
        c2.iv[k] <== 0;
        for (var i = 0; i < 32; i++) { c0.ivBit[k][i] <== 0; c2.ivBit[k][i] <== 0; }
    }

    // Between compressions only those words are reduced of which bits are read.
    component r0[8]; component r1[8]; component r2[8];
    for (var k = 0; k < 8; k++) {
        if (k == 3 || k == 7) {
            c1.iv[k] <== c0.out[k];
            for (var i = 0; i < 32; i++) { c1.ivBit[k][i] <== 0; }
        } else {
            r0[k] = ReduceWord(outMax(0, k));
            r0[k].in <== c0.out[k];
            var w = 0;
            for (var i = 0; i < 32; i++) { c1.ivBit[k][i] <== r0[k].bit[i]; w += r0[k].bit[i] * (1 << i); }
            c1.iv[k] <== w;
        }
    }
    c2.first <== c1.out[0];
    for (var i = 0; i < 32; i++) { c2.bit[0][i] <== 0; }
    for (var k = 1; k < 8; k++) {
        r1[k] = ReduceWord(outMax(1, k));
        r1[k].in <== c1.out[k];
        for (var i = 0; i < 32; i++) { c2.bit[k][i] <== r1[k].bit[i]; }
    }
    for (var k = 8; k < 16; k++) { for (var i = 0; i < 32; i++) { c2.bit[k][i] <== 0; } }
    for (var k = 0; k < 8; k++) {
        r2[k] = ReduceWord(outMax(2, k));
        r2[k].in <== c2.out[k];
        for (var i = 0; i < 32; i++) { hash[k][i] <== r2[k].bit[i]; }
    }
}
