pragma circom 2.1.6;

include "leaf.circom";
include "range.circom";
include "tagged-hash.circom";

// Opens the bus's history commitment in a circuit: which header stands at a height, without hashing it.
//
// A history is a skew-binary list (docs/bus.md): perfect trees of 2^e - 1 leaves, called trees of exponent e, of which
// only the two newest may be equal. A tree's root holds its newest leaf, then the older and the newer half. How many
// trees there are, in which of them a leaf stands and by what turns one comes to it all follow from the number of leaves
// and the leaf's index. HistoryShape works that out and lets a prover choose none of it; TreeRoot and ListCommitment
// hash along it. Arrays over exponents are counted from 0: entry k is of exponent k + 1.
//
// The test circuits are in test/circuits/mains, the reference is src/bus/history-input.ts.

// The hint of HistoryShape, rows of one number for each exponent: which trees the list has, which of them holds the
// leaf, at which exponent the leaf is a root, where the way down turns to the newer half; then whether the smallest tree
// is there twice, and whether the leaf is in the newer of the two.
function historyShape(levels, count, index) {
    var present[64]; var target[64]; var own[64]; var newer[64];
    var twice = 0; var newest = 0;
    var left = count; var at = index; var found = 0;
    for (var k = 0; k < 64; k++) { present[k] = 0; target[k] = 0; own[k] = 0; newer[k] = 0; }
    for (var k = levels - 1; k >= 0; k--) {
        var size = (2 << k) - 1;
        if (left >= size) {
            present[k] = 1;
            left -= size;
            if (found == 0) { if (at < size) { target[k] = 1; found = 1; } else { at -= size; } }
            if (left == size) {
                twice = 1;
                left = 0;
                if (found == 0) { if (at < size) { target[k] = 1; found = 1; newest = 1; } }
            }
        }
    }
    found = 0;
    for (var k = levels - 1; k >= 0; k--) {
        if (target[k] == 1) { found = 1; }
        if (found == 1) {
            var half = (1 << k) - 1;
            if (at == 2 * half) { own[k] = 1; found = 2; }
            else { if (at >= half) { newer[k] = 1; at -= half; } }
        }
    }
    var all[258];
    for (var k = 0; k < 64; k++) {
        all[k] = present[k];
        all[64 + k] = target[k];
        all[128 + k] = own[k];
        all[192 + k] = newer[k];
    }
    all[256] = twice;
    all[257] = newest;
    return all;
}

// The way from leaf `index` (from 0) to the commitment of a list of `count` leaves.
//
// Every output is determined: trees of sizes 2^e - 1, none missing but the smallest there twice, give each number once;
// within a tree the turns and the place where they end give each place once. Both sums are of numbers below
// 2^(levels + 2) and so hold over the integers. Refuses count = 0, index ≥ count, and lists of more than 2^levels leaves
// but for some that it proves as rightly: only those whose two greatest exponents are both there are surely refused.
// Assumes nothing of its inputs. 3 ≤ levels ≤ 64. 7·levels constraints.
template HistoryShape(levels) {
    signal input count;
    signal input index;
    signal output opened[levels];           // the tree is the leaf's or a newer one, so that the path opens it
    signal output target[levels];           // the leaf is in the tree of this exponent
    signal output own[levels];              // the leaf is the root of a tree of this exponent
    signal output up[levels];               // the path passes from a half to a tree of this exponent
    signal output newer[levels];            // and does so from the newer half
    signal output twice;                    // the smallest tree is there twice
    signal output newest;                   // and the leaf is in the newer of the two
    signal output smallest;                 // size of the smallest tree

    var hint[258] = historyShape(levels, count, index);
    signal present[levels];
    signal below[levels + 1];               // no tree has a smaller exponent
    below[0] <== 1;
    var targets = 0; var owns = 0; var depth = 0; var ups = 0;
    var leaves = 0; var older = 0; var place = 0; var least = 0; var leastAt = 0; var targetAt = 0;
    for (var k = 0; k < levels; k++) {
        var size = (2 << k) - 1;
        target[k] <-- hint[64 + k];
        target[k] * (target[k] - 1) === 0;
        own[k] <-- hint[128 + k];
        own[k] * (own[k] - 1) === 0;
        present[k] <-- hint[k];
        (present[k] - target[k]) * (1 - present[k]) === 0;      // 0 or 1, and 1 where the leaf is
        below[k + 1] <== below[k] * (1 - present[k]);
        targets += target[k];
        owns += own[k];
        depth += k * (target[k] - own[k]);
        leaves += present[k] * size;
        least += (below[k] - below[k + 1]) * size;
        leastAt += (below[k] - below[k + 1]) * k;
        targetAt += target[k] * k;
        place += own[k] * (size - 1);
    }
    targets === 1;
    owns === 1;
    // The two greatest share one opening in ListCommitment.
    present[levels - 1] * present[levels - 2] === 0;
    smallest <== least;

    twice <-- hint[256];
    twice * (twice - 1) === 0;
    newest <-- hint[257];
    newest * (twice - newest) === 0;
    newest * (targetAt - leastAt) === 0;
    signal twin <== twice * smallest;
    count === leaves + twin;

    // atOrAbove: the leaf's tree has this exponent or a greater one. reached: the leaf is at a smaller exponent.
    var atOrAbove = 1; var reached = 0;
    for (var k = 0; k < levels; k++) {
        if (k < levels - 2) { opened[k] <== present[k] * atOrAbove; } else { opened[k] <== target[k]; }
        older += (present[k] - opened[k]) * ((2 << k) - 1);
        if (k == 0) {
            up[k] <== 0;
            newer[k] <== 0;
        } else {
            up[k] <== reached * atOrAbove;
            newer[k] <-- hint[192 + k];
            newer[k] * (up[k] - newer[k]) === 0;                // 0, or 1 where there is a turn to take
            place += newer[k] * ((1 << k) - 1);
        }
        ups += up[k];
        reached += own[k];
        atOrAbove -= target[k];
    }
    // As many steps as lie between leaf and root; a leaf above its tree would need fewer than none.
    ups === depth;
    // In the newer of two equal trees, the older one comes before the leaf though it counts as opened.
    signal before <== newest * smallest;
    index === older + before + place;
}

// The root of the leaf's tree, from the leaf's hash up. siblings[k - 1] are of the node of exponent k + 1 on the way, in
// the order in which they are hashed: where the leaf is its root, the older and the newer half; else the node's own leaf
// and the other half. Unused ones may be anything.
// Assumes own, up and newer are those of HistoryShape. (levels - 1)·(261 + 3) constraints.
template TreeRoot(levels) {
    signal input leafHash;
    signal input own[levels];
    signal input up[levels];
    signal input newer[levels];
    signal input siblings[levels - 1][2];
    signal output root;

    // No path comes from below the smallest tree.
    _ <== own[0];
    _ <== up[0];
    _ <== newer[0];
    component hash[levels - 1];
    signal node[levels];
    node[0] <== leafHash;
    for (var k = 1; k < levels; k++) {
        var first = siblings[k - 1][0]; var second = siblings[k - 1][1];
        hash[k - 1] = Tagged(nodeTag());
        // The path stands first where the leaf is the root, second if it comes from the older half, third if from the
        // newer: the two siblings fill the other places in order.
        hash[k - 1].in[0] <== node[k - 1] + up[k] * (first - node[k - 1]);
        hash[k - 1].in[2] <== second + newer[k] * (node[k - 1] - second);
        hash[k - 1].in[1] <== node[k - 1] + first + second - hash[k - 1].in[0] - hash[k - 1].in[2];
        node[k] <== node[k - 1] + (own[k] + up[k]) * (hash[k - 1].out - node[k - 1]);
    }
    root <== node[levels - 1];
}

// The list's commitment, from the root of the leaf's tree on. `rest` commits to all older trees, peaks[k] are the roots
// of newer trees by exponent, `twin` that of the newer one of two equal trees. Unused ones may be anything.
// Assumes the other inputs are those of HistoryShape. A hash of which one input is constant costs 258:
// (levels - 2)·(258 + 2) + 2·261 + 4 constraints.
template ListCommitment(levels) {
    signal input root;
    signal input opened[levels];
    signal input target[levels];
    signal input twice;
    signal input newest;
    signal input smallest;
    signal input rest;
    signal input peaks[levels - 2];
    signal input twin;
    signal output out;

    _ <== opened[levels - 2];
    _ <== opened[levels - 1];
    // Of the two greatest trees a list has one, and no older one to come before it: it is opened for a leaf of its own.
    component greatest = Tagged(listTag());
    greatest.in[0] <== root;
    greatest.in[1] <== target[levels - 2] * ((1 << (levels - 1)) - 1) + target[levels - 1] * ((1 << levels) - 1);
    greatest.in[2] <== rest;
    component list[levels - 2];
    signal after[levels - 1];               // commitment of the list up to the tree of this exponent
    after[levels - 2] <== rest + (target[levels - 2] + target[levels - 1]) * (greatest.out - rest);
    for (var k = levels - 3; k >= 0; k--) {
        list[k] = Tagged(listTag());
        list[k].in[0] <== peaks[k] + target[k] * (root - peaks[k]);
        list[k].in[1] <== (2 << k) - 1;
        list[k].in[2] <== after[k + 1];
        after[k] <== after[k + 1] + opened[k] * (list[k].out - after[k + 1]);
    }

    component last = Tagged(listTag());
    last.in[0] <== twin + newest * (root - twin);
    last.in[1] <== smallest;
    last.in[2] <== after[0] + newest * (rest - after[0]);
    out <== after[0] + twice * (last.out - after[0]);
}

// Leaf `index` of the list of `count` leaves under `commitment` is this one. `count` must come from where the commitment
// comes from: a verified bus proof. siblings, rest, peaks and twin are the path (TreeRoot, ListCommitment).
// Assumes nothing of its inputs. 2·levels hashes: 11,685 constraints at 22 levels.
template HistoryPath(levels) {
    signal input commitment;
    signal input count;
    signal input index;
    signal input leaf[3];
    signal input siblings[levels - 1][2];
    signal input rest;
    signal input peaks[levels - 2];
    signal input twin;

    component shape = HistoryShape(levels);
    shape.count <== count;
    shape.index <== index;

    component leafHash = Tagged(leafTag());
    for (var i = 0; i < 3; i++) { leafHash.in[i] <== leaf[i]; }
    component tree = TreeRoot(levels);
    component list = ListCommitment(levels);
    tree.leafHash <== leafHash.out;
    for (var k = 0; k < levels; k++) {
        tree.own[k] <== shape.own[k];
        tree.up[k] <== shape.up[k];
        tree.newer[k] <== shape.newer[k];
        list.opened[k] <== shape.opened[k];
        list.target[k] <== shape.target[k];
        if (k > 0) { for (var i = 0; i < 2; i++) { tree.siblings[k - 1][i] <== siblings[k - 1][i]; } }
        if (k < levels - 2) { list.peaks[k] <== peaks[k]; }
    }
    list.root <== tree.root;
    list.twice <== shape.twice;
    list.newest <== shape.newest;
    list.smallest <== shape.smallest;
    list.rest <== rest;
    list.twin <== twin;
    list.out === commitment;
}

// The header at `height` has these fields, in the chain whose history `commitment` commits to: `start` is the height of
// its first header (0, or the anchor's), `count` how many headers it has. All three must come from a verified bus proof.
// That the header stands at this height is said twice, by its place in the list and by the height in its leaf.
// Assumes nothing of its inputs. HistoryPath and LeafFields: 12,357 constraints at 22 levels, no SHA-256.
template HistoryHeader(levels) {
    signal input commitment;
    signal input start;
    signal input count;
    signal input height;
    signal input leaf[3];
    signal input siblings[levels - 1][2];
    signal input rest;
    signal input peaks[levels - 2];
    signal input twin;
    signal output time;                     // 32 bits, as bits, version (unsigned) and nonce
    signal output bits;
    signal output version;
    signal output nonce;
    signal output hashHigh;                 // 128 bits each
    signal output hashLow;
    signal output rootHigh;
    signal output rootLow;

    component path = HistoryPath(levels);
    path.commitment <== commitment;
    path.count <== count;
    path.index <== height - start;
    component fields = LeafFields();
    for (var i = 0; i < 3; i++) {
        path.leaf[i] <== leaf[i];
        fields.leaf[i] <== leaf[i];
    }
    for (var k = 0; k < levels - 1; k++) {
        for (var i = 0; i < 2; i++) { path.siblings[k][i] <== siblings[k][i]; }
        if (k < levels - 2) { path.peaks[k] <== peaks[k]; }
    }
    path.rest <== rest;
    path.twin <== twin;
    fields.height === height;
    time <== fields.time;
    bits <== fields.bits;
    version <== fields.version;
    nonce <== fields.nonce;
    hashHigh <== fields.hashHigh;
    hashLow <== fields.hashLow;
    rootHigh <== fields.rootHigh;
    rootLow <== fields.rootLow;
}
