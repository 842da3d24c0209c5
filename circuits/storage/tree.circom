pragma circom 2.1.6;

include "hash.circom";

// A node of a 16-ary tree over `child`, which stands at the place that the digit says; its siblings are the other children.
// Assumes the digit's four elements are bits. The choice of one of sixteen 15, the hash 609: 624 constraints.
template TreeNode(tag) {
    signal input child;
    signal input digit[4];                          // least significant first
    signal input children[16];
    signal output out;

    signal chosen[14];                              // of eight pairs, of four, of two
    component hash = Hash(tag, 16);
    for (var i = 0; i < 16; i++) { hash.in[i] <== children[i]; }
    for (var i = 0; i < 8; i++) {
        chosen[i] <== children[2 * i] + digit[0] * (children[2 * i + 1] - children[2 * i]);
    }
    for (var i = 0; i < 4; i++) { chosen[8 + i] <== chosen[2 * i] + digit[1] * (chosen[2 * i + 1] - chosen[2 * i]); }
    for (var i = 0; i < 2; i++) {
        chosen[12 + i] <== chosen[8 + 2 * i] + digit[2] * (chosen[9 + 2 * i] - chosen[8 + 2 * i]);
    }
    digit[3] * (chosen[13] - chosen[12]) === child - chosen[12];
    out <== hash.out;
}

// The root over a node, by as many levels as are told; the first has the tag `lowest`, the next one more.
// Assumes bit[] are bits. levels·624 constraints.
template TreePath(lowest, levels) {
    signal input child;
    signal input bit[4 * levels];                   // of the child's number, least significant first
    signal input children[levels][16];
    signal output out;

    component node[levels];
    for (var k = 0; k < levels; k++) {
        node[k] = TreeNode(lowest + k);
        node[k].child <== k == 0 ? child : node[k - 1].out;
        for (var i = 0; i < 4; i++) { node[k].digit[i] <== bit[4 * k + i]; }
        for (var i = 0; i < 16; i++) { node[k].children[i] <== children[k][i]; }
    }
    out <== node[levels - 1].out;
}

// The root of a unit: sixteen elements a row, sixteen rows. 17·609 = 10,353 constraints.
template UnitRoot() {
    signal input element[256];
    signal output out;

    component row[16];
    component unit = Hash(unitTag(), 16);
    for (var a = 0; a < 16; a++) {
        row[a] = Hash(rowTag(), 16);
        for (var b = 0; b < 16; b++) { row[a].in[b] <== element[16 * a + b]; }
        unit.in[a] <== row[a].out;
    }
    out <== unit.out;
}
