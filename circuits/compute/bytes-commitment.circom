pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";
include "../lib/range.circom";

// The capacity element of a commitment to data that a program reads.
function bytesTag() { return 65; }

// Commits to n bytes, each of which it checks to be one. They become field elements,
//
//   n, 8, then 31 bytes an element, the first byte lowest, the last element as long as bytes are left, then zeros
//
// up to a multiple of 15, and these a chain, from 0 on: link = P(65; link before, 15 elements). out is the last link. P is
// Poseidon of 16 elements whose capacity element starts as the tag. The head says how many values there are and how many bits
// each has, so that no other list of values has these elements. PoseidonEx(16, 1) has 609 constraints, 3 less for each
// element that is constant: 8·n + 609·links - 3·(3 + zeros at the end).
template BytesCommitment(n) {
    signal input in[n];
    signal output out;

    component byte[n];
    for (var i = 0; i < n; i++) {
        byte[i] = RangeCheck(8);
        byte[i].in <== in[i];
    }

    var links = (2 + (n + 30) \ 31 + 14) \ 15;
    var element[15 * links];
    element[0] = n;
    element[1] = 8;
    for (var i = 0; i < n; i++) { element[2 + i \ 31] += in[i] * (1 << (8 * (i % 31))); }

    component link[links];
    for (var l = 0; l < links; l++) {
        link[l] = PoseidonEx(16, 1);
        link[l].initialState <== bytesTag();
        if (l == 0) {
            link[l].inputs[0] <== 0;
        } else {
            link[l].inputs[0] <== link[l - 1].out[0];
        }
        for (var i = 0; i < 15; i++) { link[l].inputs[1 + i] <== element[15 * l + i]; }
    }
    out <== link[links - 1].out[0];
}
