pragma circom 2.1.6;

include "../lib/range.circom";

// out = which of count numbers is the greatest, of equal ones the first. Numbers below 2^n are never refused; one that is 2^n
// or more below the greatest before it, or more than 2^n above it, is. IsNonNegative and two choices for each number after
// the first, less the first choice of a place, which is linear, and the last greatest, which nothing needs:
// (count - 1)·(n + 3) - 2 constraints. count ≥ 2.
template Argmax(count, n) {
    assert(count >= 2 && n <= 250);
    signal input in[count];
    signal output out;

    component greater[count - 1];
    signal greatest[count - 1];
    signal at[count];
    greatest[0] <== in[0];
    at[0] <== 0;
    for (var i = 1; i < count; i++) {
        greater[i - 1] = IsNonNegative(n);
        greater[i - 1].in <== in[i] - greatest[i - 1] - 1;
        if (i < count - 1) { greatest[i] <== greatest[i - 1] + greater[i - 1].out * (in[i] - greatest[i - 1]); }
        at[i] <== at[i - 1] + greater[i - 1].out * (i - at[i - 1]);
    }
    out <== at[count - 1];
}
