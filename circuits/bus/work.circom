pragma circom 2.1.6;

include "../lib/range.circom";

// work = floor(2^256 / (T + 1)), Bitcoin Core's GetBlockProof, for the target T = target·2^112.
//
// Let r = 2^256 - work·(T + 1); the quotient is right exactly when 0 ≤ r ≤ T. Since T is a multiple of 2^112, so is
// work + r: call it u·2^112, and u = 2^144 - work·target. Then
//   0 ≤ r  ⟺  u ≥ work/2^112 rounded up,      r ≤ T  ⟺  u ≤ target + work/2^112 rounded down.
// work·target may exceed the field, so work is taken in two limbs of 64 bits: with c = 2^80 - high·target and
// u = c·2^64 - low·target. high·target and low·target are below 2^64·2^143 = 2^207, and c is range-checked, so every
// equation holds over the integers: |u| < 2^208.
//
// Assumes 0 < target < 2^143. Refuses a target whose work does not fit 128 bits. 501 constraints.
template BlockWork() {
    signal input target;
    signal output work;

    // The hint: 2^144 / target, less one where that quotient does not leave room for work itself (r < 0).
    var quotient = (1 << 144) \ target;
    var left = (1 << 144) - quotient * target;
    if (left < 131072 && left * (1 << 112) < quotient) { quotient -= 1; }

    signal bit[128];
    var low = 0; var high = 0; var bottom = 0; var top = 0;
    for (var i = 0; i < 128; i++) {
        bit[i] <-- (quotient >> i) & 1;
        bit[i] * (bit[i] - 1) === 0;
        if (i < 64) { low += bit[i] * (1 << i); } else { high += bit[i] * (1 << (i - 64)); }
        if (i < 112) { bottom += bit[i] * (1 << i); } else { top += bit[i] * (1 << (i - 112)); }
    }
    work <== low + high * (1 << 64);

    signal highProduct <== high * target;
    signal lowProduct <== low * target;
    var c = (1 << 80) - highProduct;
    component cRange = RangeCheck(81);
    cRange.in <== c;
    var u = c * (1 << 64) - lowProduct;

    component whole = IsZero();             // work is a multiple of 2^112
    whole.in <== bottom;
    component atLeast = RangeCheck(144);
    atLeast.in <== u - top - (1 - whole.out);
    component atMost = RangeCheck(144);
    atMost.in <== target + top - u;
}
