pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";
include "../lib/range.circom";

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

// Appends a leaf to a skew-binary Merkle list (Myers 1983): a list of perfect trees of sizes 2^k - 1, of which only the
// first two may be equal. If they are, the leaf joins both into one; otherwise it becomes a tree of its own.
// Merging is forced exactly when the sizes are equal, so a history has one commitment.
//
// Given the first tree (root, size) and the rest of the list after it, and that rest's opening
// (nextRoot, nextSize, nextRest) — all zero for the empty list — gives the new first tree and rest, and the new list.
// Assumes (root, size, rest) is what `whole` commits to; checks the opening of rest.
// Four hashes (leaf, opening, node, list), IsZero and three choices: 4·261 + 2 + 3 = 1,049 constraints.
template Append() {
    signal input height;
    signal input hashHigh;
    signal input hashLow;
    signal input whole;                     // commitment of the list before
    signal input root;
    signal input size;
    signal input rest;
    signal input nextRoot;
    signal input nextSize;
    signal input nextRest;
    signal output newRoot;
    signal output newSize;
    signal output newRest;
    signal output list;

    component leaf = Tagged(leafTag());
    leaf.in[0] <== height;
    leaf.in[1] <== hashHigh;
    leaf.in[2] <== hashLow;

    component opening = Tagged(listTag());
    opening.in[0] <== nextRoot;
    opening.in[1] <== nextSize;
    opening.in[2] <== nextRest;
    opening.out === rest;

    component equal = IsZero();
    equal.in <== size - nextSize;

    component node = Tagged(nodeTag());
    node.in[0] <== leaf.out;
    node.in[1] <== nextRoot;                // the older tree is the left child
    node.in[2] <== root;

    newRoot <== leaf.out + equal.out * (node.out - leaf.out);
    newSize <== 1 + equal.out * (size + nextSize);
    newRest <== whole + equal.out * (nextRest - whole);

    component commitment = Tagged(listTag());
    commitment.in[0] <== newRoot;
    commitment.in[1] <== newSize;
    commitment.in[2] <== newRest;
    list <== commitment.out;
}
