pragma circom 2.1.6;

// 0 ≤ in < 2^n. n constraints: the top bit is a linear expression. n ≤ 252.
template RangeCheck(n) {
    signal input in;
    signal bit[n - 1];
    var rest = in;
    for (var i = 0; i < n - 1; i++) {
        bit[i] <-- (in >> i) & 1;
        bit[i] * (bit[i] - 1) === 0;
        rest -= bit[i] * (1 << i);
    }
    var top = rest / (1 << (n - 1));
    top * (top - 1) === 0;
}

// out = the n bits of in, least significant first; 0 ≤ in < 2^n follows. n ≤ 252, n constraints.
template Bits(n) {
    signal input in;
    signal output out[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        sum += out[i] * (1 << i);
    }
    in === sum;
}

// out = 1 if in ≥ 0, 0 if in < 0. Any in outside -2^n ≤ in < 2^n is refused. n + 1 constraints. n ≤ 250.
template IsNonNegative(n) {
    signal input in;
    signal output out;
    signal bit[n];
    var shifted = in + (1 << n);
    var rest = shifted;
    for (var i = 0; i < n; i++) {
        bit[i] <-- (shifted >> i) & 1;
        bit[i] * (bit[i] - 1) === 0;
        rest -= bit[i] * (1 << i);
    }
    out <== rest / (1 << n);
    out * (out - 1) === 0;
}

// out = (in == 0). 2 constraints.
template IsZero() {
    signal input in;
    signal output out;
    signal inverse;
    inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
}
