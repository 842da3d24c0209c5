pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";

// One step on the way from a header's leaf up to the commitment of a history that holds it (docs/bus.md): to the node of
// which what one has is a part, or to the list. What is climbed to from the hash of a leaf is worth something once it equals
// the history's commitment. Then the leaf is in the history, for leaves, nodes and lists are hashed under tags of their own
// (circuits/lib/tagged-hash.circom): below the commitment there are lists, below a list's root only nodes and leaves, below a
// node only nodes and leaves, and nobody knows other elements with the same hash. Where in the list a leaf stands is not
// shown: its height stands in the leaf.
//
//   place 1, 0, 0   it is a node's own leaf, or the root of a list
//   place 0, 1, 0   it is a node's older half; of a list, where its size stands, it is not
//   place 0, 0, 1   it is a node's newer half, or what follows the root in a list
//   place 0, 0, 0   no step: out = in
//
// Assumes nothing of its inputs. 264 + 9 = 273 constraints.
template ClimbHistory() {
    signal input in;
    signal input place[3];
    signal input list;                      // 1 for a list, 0 for a node
    signal input siblings[2];               // what stands at the other two places, in their order
    signal output out;

    for (var i = 0; i < 3; i++) { place[i] * (place[i] - 1) === 0; }
    var some = place[0] + place[1] + place[2];
    some * (some - 1) === 0;
    list * (list - 1) === 0;
    list * place[1] === 0;

    component hash = PoseidonEx(3, 1);
    // nodeTag() or listTag().
    hash.initialState <== 2 + list;
    var first = siblings[0]; var second = siblings[1];
    signal low <== place[0] * (in - first);
    signal high <== place[2] * (in - second);
    hash.inputs[0] <== first + low;
    hash.inputs[1] <== in - low - high;
    hash.inputs[2] <== second + high;
    out <== in + some * (hash.out[0] - in);
}
