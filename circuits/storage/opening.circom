pragma circom 2.1.6;

include "mask.circom";
include "tree.circom";

// The root of the blob of which `encoded` is the unit of this number under this provider's mask: decoded, hashed, and led to
// the root. So a root that is given decides every element of `encoded`.
// Assumes bit[] are bits. Keys 240, mask 3,072, unit 10,353, four levels 2,496: 16,161 constraints.
template OpenedUnit() {
    signal input base;                              // P(17; network, id, key): of provider and blob
    signal input bit[16];                           // of the unit's number in the blob, least significant first
    signal input encoded[256];
    signal input children[4][16];                   // of chunk, its two ancestors, root
    signal output root;

    var number = 0;
    for (var i = 0; i < 16; i++) { number += bit[i] * (1 << i); }
    component keys = TwoHashes(keysTag(), 2);
    keys.in[0] <== base;
    keys.in[1] <== number;
    component mask = Unmask();
    mask.k1 <== keys.out[0];
    mask.k2 <== keys.out[1];
    for (var i = 0; i < 256; i++) { mask.encoded[i] <== encoded[i]; }
    component unit = UnitRoot();
    for (var i = 0; i < 256; i++) { unit.element[i] <== mask.element[i]; }
    component path = TreePath(chunkTag(), 4);
    path.child <== unit.out;
    for (var i = 0; i < 16; i++) { path.bit[i] <== bit[i]; }
    for (var k = 0; k < 4; k++) { for (var i = 0; i < 16; i++) { path.children[k][i] <== children[k][i]; } }
    root <== path.out;
}
