pragma circom 2.1.6;

include "../lib/range.circom";

// Drawing a unit by a hash.

// How many times a zero follows a one in p − 1, from the top.
function descents() {
    var count = 0;
    for (var i = 253; i > 0; i--) { if (((-1 >> i) & 1) == 1 && ((-1 >> (i - 1)) & 1) == 0) { count++; } }
    return count;
}

// out = the 254 bits of in as a number below p: those of in + p, which is congruent and may fit as well, are refused.
//
// A number is greater than p − 1 if it has a one where p − 1 has a zero, and every one of p − 1 above. So before each run
// of zeros of p − 1 `lacking` counts those ones above that the number lacks. It is far below p, hence zero only if none is
// lacking; only then the bits in the run must be zero, and else there is a quotient.
// Assumes nothing. 254 + 53 = 307 constraints.
template CanonicalBits() {
    signal input in;
    signal output out[254];
    signal quotient[descents()];

    var sum = 0;
    for (var i = 0; i < 254; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        sum += out[i] * (1 << i);
    }
    in === sum;

    var lacking = 0; var above = 0; var run = 0;
    for (var i = 253; i >= 0; i--) {
        if (((-1 >> i) & 1) == 1) {
            lacking += 1 - out[i];
        } else {
            above += out[i];
            if (i == 0 || ((-1 >> (i - 1)) & 1) == 1) {
                quotient[run] <-- lacking != 0 ? above / lacking : 0;
                lacking * quotient[run] === above;
                above = 0;
                run++;
            }
        }
    }
}

// bit = the n bits of ⌊(β mod 2^64)·count / 2^64⌋, least significant first: a number below count, drawn by β.
// β is taken as its canonical representative. Refuses a number of more than n bits. The product is below the field's order
// for any count below 2^189; both circuits have it from their verifier. 307 + 1 + 64 + n constraints.
template DrawnUnit(n) {
    signal input beta;
    signal input count;
    signal output bit[n];

    component canonical = CanonicalBits();
    canonical.in <== beta;
    var low = 0;
    for (var i = 0; i < 64; i++) { low += canonical.out[i] * (1 << i); }
    component product = Bits(64 + n);
    product.in <== low * count;
    for (var i = 0; i < n; i++) { bit[i] <== product.out[64 + i]; }
}
