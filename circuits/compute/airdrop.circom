pragma circom 2.1.6;

include "../lib/range.circom";
include "../storage/hash.circom";
include "../storage/tree.circom";

function identityTag() { return 97; }
function airdropLeafTag() { return 98; }
function nullifierTag() { return 99; }
function lowestAirdropTag() { return 100; }         // one more for each level of the tree: to 107

// A claim of a leaf in a tree that a drop's author made. With P(tag; …) as Poseidon whose capacity element starts as the tag,
//
//   identity  P(97; secret, 0)              what its owner gave the author, who never had the secret
//   leaf      P(98; identity, amount)
//   root      over 16^levels leaves, 16 a node, each level with a tag of its own from 100 on
//   nullifier P(99; secret, root)           the same for each claim of a secret in this drop, and of no use in another
//
// Shown is that some leaf under the root has this amount and an identity whose secret was known, from which this nullifier
// follows. Which leaf it is stays hidden among those of the same amount. The recipient, 31 bytes read as a number, is part of the
// statement and is checked to be so long, which binds it: a proof for one recipient is none for another.
//
// Assumes nothing of its inputs. The three hashes cost 237, 240 and 240, a level 624, the place 4·levels, the amount 64, the recipient
// 248 constraints: 1,029 + 628·levels.
template Airdrop(levels) {
    assert(levels >= 1 && levels <= 8);
    signal input root;
    signal input recipient;
    signal input secret;
    signal input amountOfLeaf;
    signal input place;                             // of the leaf, from 0
    signal input children[levels][16];              // of the nodes above the leaf, the lowest first
    signal output nullifier;
    signal output amount;

    component identity = Hash(identityTag(), 2);
    identity.in[0] <== secret;
    identity.in[1] <== 0;
    component leaf = Hash(airdropLeafTag(), 2);
    leaf.in[0] <== identity.out;
    leaf.in[1] <== amountOfLeaf;

    component bits = Bits(4 * levels);
    bits.in <== place;
    component path = TreePath(lowestAirdropTag(), levels);
    path.child <== leaf.out;
    for (var i = 0; i < 4 * levels; i++) { path.bit[i] <== bits.out[i]; }
    for (var k = 0; k < levels; k++) {
        for (var i = 0; i < 16; i++) { path.children[k][i] <== children[k][i]; }
    }
    root === path.out;

    component spent = Hash(nullifierTag(), 2);
    spent.in[0] <== secret;
    spent.in[1] <== root;
    nullifier <== spent.out;

    component amountRange = RangeCheck(64);
    amountRange.in <== amountOfLeaf;
    amount <== amountOfLeaf;
    component recipientRange = RangeCheck(248);
    recipientRange.in <== recipient;
}
