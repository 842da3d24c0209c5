pragma circom 2.1.6;

include "../lib/range.circom";
include "opening.circom";

// `encoded` is what this provider keeps of unit `bit` of the partition that begins at position `first`, in the table under
// `tableRoot`.
//
// The table's entry says which blob's positions those from `start` on are, and how many. The position of the unit must lie
// among them, which gives its number in the blob: a tree has room for 4,096 chunks, and whoever pays for one could prove
// others' positions by it. Position and start are compared in the field, but their difference has 12 bits, and so has what
// is left to the end.
// Assumes bit[] are bits. OpenedUnit 16,161; id, entry and base 261 + 261 + 297; six levels 3,744; number of the entry 24;
// place in the blob 2·12: 20,772 constraints.
template TableUnit() {
    signal input net;
    signal input keyHigh;
    signal input keyLow;
    signal input first;
    signal input tableRoot;
    signal input bit[24];                           // of the unit's number in the partition, least significant first
    signal input encoded[256];
    signal input blobChildren[4][16];
    signal input root;                              // of the blob, as length and coding
    signal input length;
    signal input coding;
    signal input entry;                             // number of the blob in the table
    signal input start;                             // its first position
    signal input count;                             // and how many it has
    signal input tableChildren[6][16];

    var position = first;
    for (var i = 4; i < 24; i++) { position += bit[i] * (1 << (i - 4)); }
    component chunk = Bits(12);
    chunk.in <== position - start;
    component left = RangeCheck(12);
    left.in <== count - 1 - chunk.in;

    component id = Hash(idTag(), 3);
    id.in[0] <== root;
    id.in[1] <== length;
    id.in[2] <== coding;
    component base = Hash(baseTag(), 4);
    base.in[0] <== net;
    base.in[1] <== id.out;
    base.in[2] <== keyLow;
    base.in[3] <== keyHigh;
    component opened = OpenedUnit();
    opened.base <== base.out;
    for (var i = 0; i < 16; i++) { opened.bit[i] <== i < 4 ? bit[i] : chunk.out[i - 4]; }
    for (var i = 0; i < 256; i++) { opened.encoded[i] <== encoded[i]; }
    for (var k = 0; k < 4; k++) { for (var i = 0; i < 16; i++) { opened.children[k][i] <== blobChildren[k][i]; } }
    opened.root === root;

    component leaf = Hash(entryTag(), 3);
    leaf.in[0] <== id.out;
    leaf.in[1] <== start;
    leaf.in[2] <== count;
    component number = Bits(24);
    number.in <== entry;
    component table = TreePath(lowestEntriesTag(), 6);
    table.child <== leaf.out;
    for (var i = 0; i < 24; i++) { table.bit[i] <== number.out[i]; }
    for (var k = 0; k < 6; k++) { for (var i = 0; i < 16; i++) { table.children[k][i] <== tableChildren[k][i]; } }
    table.out === tableRoot;
}
