pragma circom 2.1.6;

include "../lib/range.circom";
include "retarget.circom";

// The state carried from step to step: ten field elements (docs/bus.md lists their fields).
//
//   0 params       limit (compact, 32 bits), retarget (1), custom (1), epoch length (32), rule heights v2, v3, v4 (32 each)
//   1 position     height, nBits, time of the epoch's first header, greatest time, position in the epoch (32 bits each)
//   2, 3 tip       block hash as a number: high and low 128 bits
//   4, 5 times     of the last eleven headers, oldest first: seven and four times 32 bits
//   6 chainwork    128 bits
//   7 accumulator  commitment of the list of all headers' leaves
//   8 target       of the current nBits, in units of 2^112: exact, as every compact target of size 17 or more is a
//                  multiple, and a smaller one would mean work of 2^128 a block
//   9 work         of a header at the current nBits
//
// A packed element has one reading because each of its fields is taken as bits here. 8 and 9 need no range check: the
// verifier's start state is right, and a step changes them only to values that Retarget and BlockWork bound.

// The parameters' fields and the limit's target. Assumes what CompactTarget does of the limit.
// 162 + 17 = 179 constraints.
template UnpackParams() {
    signal input in;
    signal output limit;
    signal output limitTarget;
    signal output retarget;
    signal output epochLength;
    signal output rule[3];

    component bits = Bits(162);
    bits.in <== in;
    component target = CompactTarget();
    var value[5];
    for (var f = 0; f < 5; f++) { value[f] = 0; }
    for (var i = 0; i < 32; i++) {
        target.bit[i] <== bits.out[i];
        value[0] += bits.out[i] * (1 << i);
        for (var f = 1; f < 5; f++) { value[f] += bits.out[34 + 32 * (f - 1) + i] * (1 << i); }
    }
    limit <== value[0];
    limitTarget <== target.target;
    retarget <== bits.out[32];
    // bits.out[33], the custom flag, only tells networks apart.
    epochLength <== value[1];
    for (var f = 0; f < 3; f++) { rule[f] <== value[2 + f]; }
}

// n fields of 32 bits, the first at the low end. 32·n constraints.
template Unpack32(n) {
    signal input in;
    signal output field[n];
    component bits = Bits(32 * n);
    bits.in <== in;
    for (var f = 0; f < n; f++) {
        var value = 0;
        for (var i = 0; i < 32; i++) { value += bits.out[32 * f + i] * (1 << i); }
        field[f] <== value;
    }
}

// A block hash from its two halves to the words SHA-256 reads: word[j][i] is bit i of the big-endian word j.
// 2·128 = 256 constraints.
template UnpackHash() {
    signal input high;
    signal input low;
    signal output word[8][32];
    component half[2];
    half[0] = Bits(128);
    half[0].in <== low;
    half[1] = Bits(128);
    half[1].in <== high;
    for (var b = 0; b < 256; b++) {
        var byte = b \ 8;
        word[byte \ 4][8 * (3 - byte % 4) + b % 8] <== half[b \ 128].out[b % 128];
    }
}

// The reverse: high and low 128 bits of the number. Linear: no constraint.
template PackHash() {
    signal input word[8][32];
    signal output high;
    signal output low;
    var half[2] = [0, 0];
    for (var b = 0; b < 256; b++) {
        var byte = b \ 8;
        half[b \ 128] += word[byte \ 4][8 * (3 - byte % 4) + b % 8] * (1 << (b % 128));
    }
    low <== half[0];
    high <== half[1];
}
