pragma circom 2.1.6;

include "../lib/tagged-hash.circom";

// What a step of a stream makes of a history's trees (header-stream.circom).

// Exponent of the node at place `at` of a tree of 2^levels - 1 in post-order: of its subtree, which has 2^exponent - 1 nodes.
// Its newer half ends just before it, its older one 2^(exponent - 1) places before it.
function exponentAt(levels, at) {
    var exponent = levels;
    var place = at;
    while (place != (1 << exponent) - 2) {
        var half = (1 << (exponent - 1)) - 1;
        if (place >= half) { place -= half; }
        exponent--;
    }
    return exponent;
}

// Where active, a leaf joins the newest tree and the one before it to one. Assumes active is 0 or 1.
// Checks the opening of rest, which says what that older tree is. Two hashes and four choices: 526 constraints.
template Join() {
    signal input active;
    signal input leaf;                      // hashed
    signal input root;                      // the list: its newest tree and what follows
    signal input size;
    signal input rest;
    signal input older[3];                  // opens rest: root, size, rest
    signal output newRoot;
    signal output newSize;
    signal output newRest;

    component opening = Tagged(listTag());
    for (var i = 0; i < 3; i++) { opening.in[i] <== older[i]; }
    active * (opening.out - rest) === 0;
    component node = Tagged(nodeTag());
    node.in[0] <== leaf;
    node.in[1] <== older[0];
    node.in[2] <== root;
    newRoot <== root + active * (node.out - root);
    newSize <== size + active * (older[1] + 1);
    newRest <== rest + active * (older[2] - rest);
}

// The list with the first leaves of a new tree, those that are active. Assumes that active is ones and then zeros.
// Of equal trees there is at most one pair, the two newest: of each exponent one tree comes from the older halves, and one
// in all, the last, from the newer ones. 2^(levels - 1) - 1 nodes with a hash and two choices each, then levels + 1 trees
// that are pushed: a hash of which one input is constant, of the last none, and one choice.
// 263·(2^(levels - 1) - 1) + 259·levels + 262 constraints.
template PushTree(levels) {
    var leaves = (1 << levels) - 1;
    signal input list;
    signal input leaf[leaves];              // hashed, in post-order
    signal input active[leaves];
    signal output out;

    component hash[leaves];
    signal node[leaves];
    signal older[leaves];                   // a node's half, where that is a tree of the list
    signal newer[leaves];
    var root[levels]; var has[levels];      // by exponent, from 1 on
    var last = 0; var hasLast = 0; var lastSize = 0;
    for (var k = 0; k < levels; k++) { root[k] = 0; has[k] = 0; }
    for (var s = 0; s < leaves; s++) {
        var exponent = exponentAt(levels, s);
        if (exponent == 1) {
            node[s] <== leaf[s];
            older[s] <== 0;
            newer[s] <== 0;
        } else {
            var left = s - (1 << (exponent - 1)); var right = s - 1;
            hash[s] = Tagged(nodeTag());
            hash[s].in[0] <== leaf[s];
            hash[s].in[1] <== node[left];
            hash[s].in[2] <== node[right];
            node[s] <== hash[s].out;
            older[s] <== (active[left] - active[s]) * node[left];
            newer[s] <== (active[right] - active[s]) * node[right];
            root[exponent - 2] += older[s];
            has[exponent - 2] += active[left] - active[s];
            last += newer[s];
            hasLast += active[right] - active[s];
            lastSize += (active[right] - active[s]) * ((1 << (exponent - 1)) - 1);
        }
    }
    root[levels - 1] = node[leaves - 1];
    has[levels - 1] = active[leaves - 1];

    // Greatest trees first, for they are the oldest.
    component push[levels];
    signal after[levels + 1];
    after[levels] <== list;
    for (var k = levels - 1; k >= 0; k--) {
        push[k] = Tagged(listTag());
        push[k].in[0] <== root[k];
        push[k].in[1] <== (2 << k) - 1;
        push[k].in[2] <== after[k + 1];
        after[k] <== after[k + 1] + has[k] * (push[k].out - after[k + 1]);
    }
    component pushLast = Tagged(listTag());
    pushLast.in[0] <== last;
    pushLast.in[1] <== lastSize;
    pushLast.in[2] <== after[0];
    out <== after[0] + hasLast * (pushLast.out - after[0]);
}
