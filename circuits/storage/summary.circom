pragma circom 2.1.6;

// Σ element[i]·point^i, by Horner's rule. 255 constraints.
template Summary() {
    signal input point;
    signal input element[256];
    signal output out;
    signal sum[256];
    sum[255] <== element[255];
    for (var i = 254; i >= 0; i--) { sum[i] <== sum[i + 1] * point + element[i]; }
    out <== sum[0];
}
