pragma circom 2.1.6;

// out = ⌊in / 2^shift⌋ where in ≥ 0, else 0. Any in outside -2^n ≤ in < 2^n is refused.
//
// The bits of in + 2^n are the division: over the integers in + 2^n = 2^shift·(quotient + 2^(n - shift)·positive) + remainder,
// where quotient, remainder and positive are the bits from `shift` on, below it, and the last one. The lowest bit is what the
// others leave, so that a sum with many terms, as `in` often is, stands in one constraint only. n + 2 constraints.
// 1 ≤ shift < n ≤ 250.
template RequantisedRelu(n, shift) {
    assert(1 <= shift && shift < n && n <= 250);
    signal input in;
    signal output out;

    signal bit[n];                          // from the second one on
    var lowest = in + (1 << n);
    var quotient = 0;
    for (var i = 0; i < n; i++) {
        bit[i] <-- ((in + (1 << n)) >> (i + 1)) & 1;
        bit[i] * (bit[i] - 1) === 0;
        lowest -= bit[i] * (1 << (i + 1));
        if (i + 1 >= shift && i + 1 < n) { quotient += bit[i] * (1 << (i + 1 - shift)); }
    }
    lowest * (lowest - 1) === 0;
    out <== bit[n - 1] * quotient;
}
