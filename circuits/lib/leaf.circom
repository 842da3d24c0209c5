pragma circom 2.1.6;

include "range.circom";

// The leaf of a header in the history list: three elements of 224 bits that hold everything of it but its previous
// hash, which is the hash in the leaf before. Fields from the low end; hash and Merkle root are the numbers that
// Bitcoin reads their 32 bytes as, least significant byte first; the version is unsigned.
//
//   0   low 128 bits of the hash, height (32), time (32), nBits (32)
//   1   high 128 bits of the hash, low 96 bits of the Merkle root
//   2   high 160 bits of the Merkle root, version (32), nonce (32)
//
// So element 0 alone tells height, time and target, 0 and 1 the whole hash. A packed element has one reading: its
// fields fill 224 bits, and 2^224 is below the field's modulus.

// Packs a header. Assumes the sizes below; the root's words are as SHA-256 reads them, bits least significant first.
// Linear: no constraint.
template PackLeaf() {
    signal input height;                    // 32 bits, as time, bits, version (unsigned) and nonce
    signal input time;
    signal input bits;
    signal input version;
    signal input nonce;
    signal input hashHigh;                  // 128 bits
    signal input hashLow;
    signal input root[8][32];
    signal output out[3];

    var rootLow = 0; var rootHigh = 0;      // 96 and 160 bits
    for (var b = 0; b < 256; b++) {
        // Bit b of a little-endian number is bit 8·(3 - byte mod 4) + b mod 8 of the big-endian word byte/4.
        var bit = root[b \ 32][8 * (3 - (b \ 8) % 4) + b % 8];
        if (b < 96) { rootLow += bit * (1 << b); } else { rootHigh += bit * (1 << (b - 96)); }
    }
    out[0] <== hashLow + height * (1 << 128) + time * (1 << 160) + bits * (1 << 192);
    out[1] <== hashHigh + rootLow * (1 << 128);
    out[2] <== rootHigh + version * (1 << 160) + nonce * (1 << 192);
}

// What element 0 of a leaf says. Refuses an element of more than 224 bits. 224 constraints.
template LeafHead() {
    signal input in;
    signal output hashLow;                  // 128 bits
    signal output height;                   // 32 bits, as time and bits
    signal output time;
    signal output bits;
    component all = Bits(224);
    all.in <== in;
    var field[4] = [0, 0, 0, 0];
    for (var i = 0; i < 224; i++) {
        if (i < 128) { field[0] += all.out[i] * (1 << i); } else { field[i \ 32 - 3] += all.out[i] * (1 << (i % 32)); }
    }
    hashLow <== field[0];
    height <== field[1];
    time <== field[2];
    bits <== field[3];
}

// What a whole leaf says. Refuses elements of more than 224 bits. 3·224 = 672 constraints.
template LeafFields() {
    signal input leaf[3];
    signal output height;                   // 32 bits, as time, bits, version and nonce
    signal output time;
    signal output bits;
    signal output version;                  // unsigned: 2^32 less for a negative one
    signal output nonce;
    signal output hashHigh;                 // 128 bits each
    signal output hashLow;
    signal output rootHigh;
    signal output rootLow;
    component head = LeafHead();
    head.in <== leaf[0];
    component middle = Bits(224);
    middle.in <== leaf[1];
    component tail = Bits(224);
    tail.in <== leaf[2];
    var hash = 0; var root[2] = [0, 0]; var last[2] = [0, 0];
    for (var i = 0; i < 128; i++) {
        hash += middle.out[i] * (1 << i);
        root[0] += (i < 96 ? middle.out[128 + i] : tail.out[i - 96]) * (1 << i);
        root[1] += tail.out[32 + i] * (1 << i);
    }
    for (var i = 0; i < 32; i++) {
        for (var f = 0; f < 2; f++) { last[f] += tail.out[160 + 32 * f + i] * (1 << i); }
    }
    height <== head.height;
    time <== head.time;
    bits <== head.bits;
    version <== last[0];
    nonce <== last[1];
    hashHigh <== hash;
    hashLow <== head.hashLow;
    rootHigh <== root[1];
    rootLow <== root[0];
}
