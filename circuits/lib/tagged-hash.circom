pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";

// P_tag(a, b, c): Poseidon of three inputs whose capacity element starts as the tag.
// Tags separate leaves, nodes and lists, so that no one can be read as another.
// 261 constraints (one of the 88 S-boxes is constant).
function leafTag() { return 1; }
function nodeTag() { return 2; }
function listTag() { return 3; }

template Tagged(tag) {
    signal input in[3];
    signal output out;
    component poseidon = PoseidonEx(3, 1);
    poseidon.initialState <== tag;
    for (var i = 0; i < 3; i++) { poseidon.inputs[i] <== in[i]; }
    out <== poseidon.out[0];
}
