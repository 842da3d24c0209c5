pragma circom 2.1.6;

include "../lib/range.circom";
include "../lib/tagged-hash.circom";
include "log.circom";
include "trees.circom";

// A stream over the headers of a chain: each step takes some headers in their order, puts them into the history that the bus
// commits to, and hands their leaves to the program. The state is
//
//   0 history  commitment of all headers taken so far, of the empty list before the first
//   1 log      of the entries that the program has made (log.circom), 0 before the first
//   2 …        the program's own, `width` elements
//
// No header is hashed here: that was the bus's. Nor are the bus's rules of appending repeated. What a step adds to the list
// always has the headers that it hands to the program, in their order, as its newest leaves, and nothing ever leaves the list
// or changes its place in it. So a stream whose end is the history of a bus's proof has taken exactly the headers that this
// proof is about, from the same first one, none left out and none twice: any other list, and any list built otherwise than
// the bus builds it, has another commitment.
//
// The list is of perfect trees (circuits/lib/history.circom). A step takes
//
//   up to 4 headers that each join the two newest trees, as long as these are equal
//   then the next headers of a new tree of 2^levels - 1, as many as there are
//
// so that a header costs its leaf's hash and every second one that of a node; peaks are hashed once a step. Trees are built
// whole but for the last one of the chain. Its headers so far are a list of smaller trees, each of them a node of the whole
// tree, for a tree's leaves come in post-order.
//
// The program is a template called Each, which the main file declares:
//
//   template Each() {
//       signal input leaf[3];           // LeafHead and LeafFields (leaf.circom) take it apart
//       signal input before[width];
//       signal output after[width];
//       signal output entry;            // the log's next entry, 0 where there is none
//   }
//
// It must accept any leaf and any state that it can come to: in a slot that is not active it runs too, and what it says is
// dropped. It makes at most one entry a step. The reference of the inputs is src/compute/stream/header-stream.ts.

// Headers of a step that may join trees. After the t-th tree as many join as t can be halved, so that a step of these alone
// is needed once in 32.
function joinSlots() { return 4; }

// One step. `active` says which headers it takes: of those that join any, of the tree's the first ones.
// Opens the list, commits to it after the joins, chains the log: 3·261 constraints; Join four times; PushTree; and for each
// slot the leaf's hash 261, one for active, two for the entry, one for each element of the program's, and the program
// itself. One less in all, for nothing comes before the first slot's entry.
template HeaderStream(levels, width) {
    var joins = joinSlots();
    var leaves = (1 << levels) - 1;
    var slots = joins + leaves;
    signal input state[2 + width];
    signal output next[2 + width];
    signal input active[slots];
    signal input leaf[slots][3];            // the joining headers, then the tree's; what is not active may be anything
    signal input first[3];                  // opens the history: root, size, rest
    signal input older[joins][3];           // and for each joining header what then follows the newest tree

    // The program over all slots, and what it enters into the log: of two entries the second is refused.
    component leafHash[slots];
    component each[slots];
    signal own[slots + 1][width];
    signal entry[slots + 1];                // made so far in this step
    for (var w = 0; w < width; w++) { own[0][w] <== state[2 + w]; }
    entry[0] <== 0;
    for (var s = 0; s < slots; s++) {
        if (s <= joins) { active[s] * (active[s] - 1) === 0; }
        else { active[s] * (active[s - 1] - active[s]) === 0; }
        leafHash[s] = Tagged(leafTag());
        each[s] = Each();
        for (var i = 0; i < 3; i++) {
            leafHash[s].in[i] <== leaf[s][i];
            each[s].leaf[i] <== leaf[s][i];
        }
        for (var w = 0; w < width; w++) { each[s].before[w] <== own[s][w]; }
        for (var w = 0; w < width; w++) {
            own[s + 1][w] <== own[s][w] + active[s] * (each[s].after[w] - own[s][w]);
        }
        entry[s + 1] <== entry[s] + active[s] * each[s].entry;
        entry[s] * (entry[s + 1] - entry[s]) === 0;
    }

    component opening = Tagged(listTag());
    for (var i = 0; i < 3; i++) { opening.in[i] <== first[i]; }
    opening.out === state[0];
    component join[joins];
    signal list[joins + 1][3];              // root, size and rest before each joining header, and after the last
    for (var i = 0; i < 3; i++) { list[0][i] <== first[i]; }
    for (var j = 0; j < joins; j++) {
        join[j] = Join();
        join[j].active <== active[j];
        join[j].leaf <== leafHash[j].out;
        join[j].root <== list[j][0];
        join[j].size <== list[j][1];
        join[j].rest <== list[j][2];
        for (var i = 0; i < 3; i++) { join[j].older[i] <== older[j][i]; }
        list[j + 1][0] <== join[j].newRoot;
        list[j + 1][1] <== join[j].newSize;
        list[j + 1][2] <== join[j].newRest;
    }
    component joined = Tagged(listTag());
    for (var i = 0; i < 3; i++) { joined.in[i] <== list[joins][i]; }
    component tree = PushTree(levels);
    tree.list <== joined.out;
    for (var s = 0; s < leaves; s++) {
        tree.leaf[s] <== leafHash[joins + s].out;
        tree.active[s] <== active[joins + s];
    }

    component chained = Tagged(logTag());
    chained.in[0] <== state[1];
    chained.in[1] <== entry[slots];
    chained.in[2] <== 0;
    component silent = IsZero();
    silent.in <== entry[slots];

    next[0] <== tree.out;
    next[1] <== chained.out + silent.out * (state[1] - chained.out);
    for (var w = 0; w < width; w++) { next[2 + w] <== own[slots][w]; }
}
