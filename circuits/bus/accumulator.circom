pragma circom 2.1.6;

include "../lib/range.circom";
include "../lib/tagged-hash.circom";

// Appends a leaf to a skew-binary Merkle list (Myers 1983): a list of perfect trees of sizes 2^k - 1, of which only the
// first two may be equal. If they are, the leaf joins both into one; otherwise it becomes a tree of its own.
// Merging is forced exactly when the sizes are equal, so a history has one commitment.
//
// Given the first tree (root, size) and the rest of the list after it, and that rest's opening
// (nextRoot, nextSize, nextRest) — all zero for the empty list — gives the new first tree and rest, and the new list.
// Assumes (root, size, rest) is what `whole` commits to; checks the opening of rest.
// Three hashes (opening, node, list), IsZero and three choices: 3·261 + 2 + 3 = 788 constraints.
template Append() {
    signal input leaf;                      // the header's leaf, hashed (leaf.circom)
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

    component opening = Tagged(listTag());
    opening.in[0] <== nextRoot;
    opening.in[1] <== nextSize;
    opening.in[2] <== nextRest;
    opening.out === rest;

    component equal = IsZero();
    equal.in <== size - nextSize;

    component node = Tagged(nodeTag());
    node.in[0] <== leaf;
    node.in[1] <== nextRoot;                // the older tree is the left child
    node.in[2] <== root;

    newRoot <== leaf + equal.out * (node.out - leaf);
    newSize <== 1 + equal.out * (size + nextSize);
    newRest <== whole + equal.out * (nextRest - whole);

    component commitment = Tagged(listTag());
    commitment.in[0] <== newRoot;
    commitment.in[1] <== newSize;
    commitment.in[2] <== newRest;
    list <== commitment.out;
}
