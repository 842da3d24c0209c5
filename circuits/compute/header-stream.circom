pragma circom 2.1.6;

include "../bus/accumulator.circom";
include "../lib/leaf.circom";
include "../lib/range.circom";
include "../lib/tagged-hash.circom";

// A stream over the headers of a chain: each step takes up to `slots` headers in their order, appends each to the history
// that the bus commits to, and hands its leaf to the program. The state is
//
//   0 history  commitment of all headers taken so far, of the empty list before the first
//   1 …        the program's own, `width` elements
//
// so that a stream whose end has the history of a bus's proof has taken exactly the headers that this proof is about, from
// the same first one, none left out and none twice. No header is hashed here: that was the bus's.
//
// The program is a template called Each, which the main file declares:
//
//   template Each() {
//       signal input leaf[3];           // LeafHead and LeafFields take it apart
//       signal input before[width];
//       signal output after[width];
//       signal output entry;            // where it keeps a log (log.circom): its next entry, 0 where there is none
//   }
//
// It must accept any leaf and any state that it can come to: in a slot that is not active it runs too, and what it says is
// dropped. The reference of the inputs is src/compute/stream/header-stream.ts.

// Appends to a list that may be empty, else like Append. Assumes (root, size, rest) is what `whole` commits to.
// The empty list is followed by nothing: in its place the opening is of the list itself, whose size 0 differs from -1, so
// that nothing is merged. IsZero, one choice and Append: 2 + 1 + 788 = 791 constraints.
template AppendToAny() {
    signal input leaf;
    signal input whole;
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

    component empty = IsZero();
    empty.in <== size;
    component append = Append();
    append.leaf <== leaf;
    append.whole <== whole;
    append.root <== root;
    append.size <== size - empty.out;
    append.rest <== rest + empty.out * (whole - rest);
    append.nextRoot <== nextRoot;
    append.nextSize <== nextSize;
    append.nextRest <== nextRest;
    newRoot <== append.newRoot;
    newSize <== append.newSize;
    newRest <== append.newRest;
    list <== append.list;
}

// Opens the list once, then for each slot: the leaf's hash, Append, four choices and one for each element of the program's,
// and the program itself; the first slot is always active. 261 + slots·(261 + 788 + 1 + 4 + width + Each) + 3 - 5 - width.
template HeaderStream(slots, width) {
    signal input state[1 + width];
    signal output next[1 + width];
    signal input active[slots - 1];         // of every slot but the first
    signal input leaf[slots][3];
    signal input first[3];                  // opens the history: root, size, rest
    signal input rests[slots][3];           // and before each slot what follows its newest tree

    component opening = Tagged(listTag());
    for (var i = 0; i < 3; i++) { opening.in[i] <== first[i]; }
    opening.out === state[0];

    component leafHash[slots];
    component begin = AppendToAny();
    component append[slots];
    component each[slots];
    // Before each slot, and after the last one: root, size and rest of the list, its commitment, the program's state.
    signal list[slots + 1][4];
    signal own[slots + 1][width];
    for (var i = 0; i < 3; i++) { list[0][i] <== first[i]; }
    list[0][3] <== state[0];
    for (var w = 0; w < width; w++) { own[0][w] <== state[1 + w]; }

    for (var s = 0; s < slots; s++) {
        leafHash[s] = Tagged(leafTag());
        each[s] = Each();
        for (var i = 0; i < 3; i++) {
            leafHash[s].in[i] <== leaf[s][i];
            each[s].leaf[i] <== leaf[s][i];
        }
        for (var w = 0; w < width; w++) { each[s].before[w] <== own[s][w]; }
        if (s == 0) {
            begin.leaf <== leafHash[0].out;
            begin.root <== list[0][0];
            begin.size <== list[0][1];
            begin.rest <== list[0][2];
            begin.whole <== list[0][3];
            begin.nextRoot <== rests[0][0];
            begin.nextSize <== rests[0][1];
            begin.nextRest <== rests[0][2];
            list[1][0] <== begin.newRoot;
            list[1][1] <== begin.newSize;
            list[1][2] <== begin.newRest;
            list[1][3] <== begin.list;
            for (var w = 0; w < width; w++) { own[1][w] <== each[0].after[w]; }
        } else {
            active[s - 1] * (active[s - 1] - 1) === 0;
            append[s] = Append();
            append[s].leaf <== leafHash[s].out;
            append[s].root <== list[s][0];
            append[s].size <== list[s][1];
            append[s].rest <== list[s][2];
            append[s].whole <== list[s][3];
            append[s].nextRoot <== rests[s][0];
            append[s].nextSize <== rests[s][1];
            append[s].nextRest <== rests[s][2];
            list[s + 1][0] <== list[s][0] + active[s - 1] * (append[s].newRoot - list[s][0]);
            list[s + 1][1] <== list[s][1] + active[s - 1] * (append[s].newSize - list[s][1]);
            list[s + 1][2] <== list[s][2] + active[s - 1] * (append[s].newRest - list[s][2]);
            list[s + 1][3] <== list[s][3] + active[s - 1] * (append[s].list - list[s][3]);
            for (var w = 0; w < width; w++) {
                own[s + 1][w] <== own[s][w] + active[s - 1] * (each[s].after[w] - own[s][w]);
            }
        }
    }
    next[0] <== list[slots][3];
    for (var w = 0; w < width; w++) { next[1 + w] <== own[slots][w]; }
}
