pragma circom 2.1.6;

include "../lib/range.circom";

// Refuses a header whose hash, all 256 bits of it, is above the target (Bitcoin Core: high-hash).
//
// Targets are multiples of 2^112 (see state.circom), so hash ≤ target exactly when the hash divided by 2^112 and
// rounded up is ≤ target/2^112: one comparison of 144 bits, exact, equality included.
// Assumes target < 2^143, hash bits are 0 or 1, active is 0 or 1. 2 + 1 + 143 = 146 constraints.
template HashAtMost() {
    signal input active;
    signal input hash[8][32];               // as SHA-256 gives it
    signal input target;                    // in units of 2^112

    // Bit b of the number is bit 8·(3 - byte mod 4) + b mod 8 of SHA word byte/4: Bitcoin reads the digest little-endian.
    var low = 0; var high = 0;
    for (var b = 0; b < 256; b++) {
        var byte = b \ 8;
        var h = hash[byte \ 4][8 * (3 - byte % 4) + b % 8];
        if (b < 112) { low += h * (1 << b); } else { high += h * (1 << (b - 112)); }
    }
    component exact = IsZero();
    exact.in <== low;
    component below = RangeCheck(143);      // hash < 2^256, target < 2^143: a negative difference is far above 2^143
    below.in <== active * (target - high - (1 - exact.out));
}
