pragma circom 2.1.6;

include "../lib/range.circom";

// Refuses a header whose signed version is below 2, 3, 4 from the heights of BIP34, BIP66 and BIP65 on
// (Bitcoin Core: bad-version). There is no upper bound, and no bound below the first height.
//
// Assumes rule heights rise (v2 ≤ v3 ≤ v4, of the parameters), height and rule heights are 32-bit numbers,
// bit[] are the bits of the version and active is 0 or 1. 3·33 + 2 + 31 = 132 constraints.
template VersionAtLeast() {
    signal input active;
    signal input height;
    signal input rule[3];
    signal input bit[32];

    component reached[3];
    for (var i = 0; i < 3; i++) {
        reached[i] = IsNonNegative(32);
        reached[i].in <== height - rule[i];
    }
    var version = -bit[31] * (1 << 31);
    for (var i = 0; i < 31; i++) { version += bit[i] * (1 << i); }

    signal ruled <== active * reached[0].out;
    component excess = RangeCheck(31);      // a signed version less 2, 3 or 4 is below 2^31
    excess.in <== ruled * (version - 2 - reached[1].out - reached[2].out);
}
