pragma circom 2.1.6;

include "../lib/range.circom";
include "parse-transaction.circom";
include "sha256-block.circom";

// A transaction in a block, one SHA-256 compression after another: its id, which is the double SHA-256 of it without its
// witness, then up the block's Merkle tree to the root. One slot is one compression, and every slot can be any of
//
//   a block of the transaction        from its first to the one that holds its end
//   a digest                          the second SHA-256, of what the first one gave
//   a node                            the two halves of a node of the tree, one of which is the digest before
//   a node's padding                  the second block of those 64 bytes, always the same
//   nothing
//
// What follows upon what is settled: a transaction's blocks one upon another, then a digest; upon a digest the end, or a node,
// its padding, a digest. Between slots go the output of the last compression, and one of five expectations:
//
//   expect[0] nothing is begun   [1] a block of the transaction   [2] a digest   [3] a node   [4] a node's padding
//
// How deep the tree is, is not known here: a node could be passed off as a transaction, and a transaction of 64 bytes as a node
// with transactions below that were never in the block. Both are refused: transactions of 64 bytes
// (parse-transaction.circom), and nodes that have the form of one. A node's right half must not equal its left one where
// it is climbed from, for then it may be the copy that stands where a level has an odd number of nodes (CVE-2012-2459). What
// is left stands in the block at this index: docs/payments.md.

// The form of a transaction of 64 bytes: one input with a script of s bytes, 0 to 4, and one output with one of 4 - s.
// Refuses those where `on` is 1. Squares of what bytes differ by have a sum of 0 only if all are 0, and their product is
// below 2^95. Assumes on is 0 or 1, and bytes are bytes. 17 constraints.
template NoTransaction() {
    signal input on;
    signal input byte[64];
    signal inputs <== (byte[4] - 1) * (byte[4] - 1);
    signal length <== byte[41] * byte[41];
    signal outputs[5]; signal rest[5]; signal product[4]; signal inverse;
    var off[5];
    for (var s = 0; s < 5; s++) {
        outputs[s] <== (byte[46 + s] - 1) * (byte[46 + s] - 1);
        rest[s] <== (byte[55 + s] - (4 - s)) * (byte[55 + s] - (4 - s));
        off[s] = inputs + length - 2 * s * byte[41] + s * s + outputs[s] + rest[s];
    }
    product[0] <== off[0] * off[1];
    for (var s = 2; s < 5; s++) { product[s - 1] <== product[s - 2] * off[s]; }
    inverse <-- on == 1 && product[3] != 0 ? 1 / product[3] : 0;
    product[3] * inverse === on;
}

// One slot. Of the transaction that is under way, `place` and `weight` are the next size and what is left of the list
// (parse-transaction.circom), and once it is read its index in the block so far and 2^levels. Before it begins they are 4 and 0.
// Assumes that one of expect is 1 and the others 0, that bits are bits, and registers as slots leave them.
// Sha256Block, ParseBlock and 1,043: 19,341 constraints.
template TransactionSlot() {
    signal input word[16];                  // the message, as SHA-256 reads it
    signal input begin;                     // a transaction begins here
    signal input right;                     // a node: one comes from its right half
    signal input finish;                    // a digest: it is the root
    signal input script[3];
    signal input expect[5];
    signal input chain[8][32];              // the last compression's output, bits least significant first
    signal input last[12];                  // the last bytes of the slot before
    signal input place;
    signal input weight;
    signal input blocks;
    signal input open;
    signal input lists;
    signal input pending;
    signal input amount;
    signal input even;
    signal input odd;
    signal output expectAfter[5];
    signal output chainAfter[8][32];
    signal output lastAfter[12];
    signal output placeAfter;
    signal output weightAfter;
    signal output blocksAfter;
    signal output openAfter;
    signal output listsAfter;
    signal output pendingAfter;
    signal output amountAfter;
    signal output evenAfter;
    signal output oddAfter;
    signal output matched;
    signal output paid;
    signal output index;                    // in the block, of the transaction that finishes here; else 0

    begin * (expect[0] - begin) === 0;
    var digest = expect[2]; var node = expect[3]; var padding = expect[4];
    var reading = expect[1] + begin;
    right * (node - right) === 0;
    finish * (digest - finish) === 0;

    // ---------------------------------------------------------------- the message
    component bits[16];
    var byte[64]; var before[8];
    for (var t = 0; t < 16; t++) {
        bits[t] = Bits(32);
        bits[t].in <== word[t];
        for (var i = 0; i < 4; i++) {
            byte[4 * t + i] = 0;
            for (var j = 0; j < 8; j++) { byte[4 * t + i] += bits[t].out[8 * (3 - i) + j] * (1 << j); }
        }
    }
    for (var k = 0; k < 8; k++) {
        before[k] = 0;
        for (var i = 0; i < 32; i++) { before[k] += chain[k][i] * (1 << i); }
    }
    signal turned[8];                       // right half less left half, where one comes from the right one
    var halves = 0;
    for (var k = 0; k < 8; k++) {
        turned[k] <== right * (word[8 + k] - word[k]);
        (digest + node) * (word[k] + turned[k] - before[k]) === 0;
        padding * (word[k] - (k == 0 ? 0x80000000 : 0)) === 0;
        var ofDigest = k == 0 ? 0x80000000 : (k == 7 ? 256 : 0);
        (digest + padding) * word[8 + k] === digest * ofDigest + padding * (k == 7 ? 512 : 0);
        halves += turned[k] * (1 << (32 * k));
    }
    // The halves differ: modulo p, which equals no 0 for hashes that anybody finds.
    signal unequal <-- right == 1 && halves != 0 ? 1 / halves : 0;
    halves * unequal === right;
    component form = NoTransaction();
    form.on <== node;
    for (var i = 0; i < 64; i++) { form.byte[i] <== byte[i]; }

    // ---------------------------------------------------------------- the compression
    component block = Sha256Block();
    block.first <== word[0];
    for (var t = 0; t < 16; t++) { for (var i = 0; i < 32; i++) { block.bit[t][i] <== bits[t].out[i]; } }
    var goesOn = expect[1] + padding;
    component reduced[8];
    for (var k = 0; k < 8; k++) {
        if (k % 4 == 3) {
            block.iv[k] <== sha256H(k) + goesOn * (before[k] - sha256H(k));
            for (var i = 0; i < 32; i++) { block.ivBit[k][i] <== 0; }
        } else {
            var iv = 0;
            for (var i = 0; i < 32; i++) {
                var start = (sha256H(k) >> i) & 1;
                block.ivBit[k][i] <== start + goesOn * (chain[k][i] - start);
                iv += block.ivBit[k][i] * (1 << i);
            }
            block.iv[k] <== iv;
        }
    }
    for (var k = 0; k < 8; k++) {
        reduced[k] = ReduceWord(outMax(0, k));
        reduced[k].in <== block.out[k];
        for (var i = 0; i < 32; i++) { chainAfter[k][i] <== reduced[k].bit[i]; }
    }

    // ---------------------------------------------------------------- what the transaction says
    component parse = ParseBlock();
    parse.active <== reading;
    for (var i = 0; i < 76; i++) {
        if (i < 12) { parse.byte[i] <== last[i]; } else { parse.byte[i] <== byte[i - 12]; }
    }
    for (var i = 0; i < 12; i++) { lastAfter[i] <== byte[52 + i]; }
    parse.blocks <== blocks;
    for (var i = 0; i < 3; i++) { parse.script[i] <== script[i]; }
    parse.next <== place;
    parse.left <== weight;
    parse.open <== open;
    parse.lists <== lists;
    parse.pending <== pending;
    parse.amount <== amount;
    parse.even <== even;
    parse.odd <== odd;
    pendingAfter <== parse.pendingAfter;
    amountAfter <== parse.amountAfter;
    evenAfter <== parse.evenAfter;
    oddAfter <== parse.oddAfter;
    matched <== parse.matched;
    paid <== parse.paid;

    // ---------------------------------------------------------------- what comes next
    var ended = parse.ended;
    var goesOnAfter = reading - ended;
    expectAfter[0] <== expect[0] - begin + finish;
    expectAfter[1] <== goesOnAfter;
    expectAfter[2] <== ended + padding;
    expectAfter[3] <== digest - finish;
    expectAfter[4] <== node;

    openAfter <== goesOnAfter * parse.openAfter;
    listsAfter <== goesOnAfter * parse.listsAfter;
    blocksAfter <== goesOnAfter * (blocks + 1);
    signal nextKept <== goesOnAfter * (parse.nextAfter - 64);
    signal leftKept <== goesOnAfter * parse.leftAfter;
    signal indexKept <== (digest + node + padding) * place;
    signal weightKept <== (digest + node + padding) * weight;
    signal turn <== right * weight;
    signal doubled <== node * weight;
    index <== finish * indexKept;
    signal weightDone <== finish * weightKept;
    placeAfter <== nextKept + indexKept + turn - index + 4 * (expect[0] - begin + finish);
    weightAfter <== leftKept + weightKept + doubled + ended - weightDone;
}
