pragma circom 2.1.6;

include "../lib/leaf.circom";
include "../lib/tagged-hash.circom";
include "climb-history.circom";
include "log.circom";
include "tx-in-block.circom";

// How many outputs pay to a script, and how much, in transactions that are in blocks of a history: a step of it, which
// takes so many SHA-256 compressions (tx-in-block.circom), and after each of them one step up from the leaf of a header to the
// history's commitment (climb-history.circom). A transaction is counted in the slot that comes to its block's Merkle root;
// what it pays was added before. So an end is worth something only where nothing is under way. The state is
//
//   0  history   the bus's commitment, which stays
//   1  script    Tagged(scriptTag()) of its even bytes, its odd bytes, and its length; stays
//   2  totals    transactions + 2^40 · outputs + 2^80 · satoshis
//   3  key       height · 2^32 + index of the last transaction: each is greater than the one before
//   4  log       of these keys (log.circom)
//   5  leaf      hash of the leaf of the header at hand
//   6  climbed   how far one has come from it
//   7  chainHigh, 8 chainLow   the last compression's output, words 0 to 3 and 4 to 7
//   9  place, 10 weight, 11 even, 12 odd   as slots leave them (tx-in-block.circom)
//   13 rest      4 bits of what is expected, open 1, lists 2, pending 1, blocks 20, amount 64, the last 12 bytes: 188 bits
//
// It begins with the history, the script, no totals, the key before the first that may come, and 0, but for place 4.
// Sums do not wrap: a step adds less than 2^8 outputs and 2^72 satoshis, and there are fewer than 2^32 steps.
function scriptTag() { return 67; }

// For each slot 19,341, a step of the climb of 273 and three equations; once 1,966 and, of five slots, 100,039 in all.
template Payments(slots) {
    signal input state[14];
    signal output next[14];
    signal input script[3];                 // even bytes, odd bytes, length
    signal input leaf[3];                   // of the header at hand
    signal input load;                      // it is another one than before
    signal input word[slots][16];
    signal input begin[slots];
    signal input right[slots];
    signal input finish[slots];
    signal input place[slots][3];
    signal input list[slots];
    signal input siblings[slots][2];

    component wanted = Tagged(scriptTag());
    for (var i = 0; i < 3; i++) { wanted.in[i] <== script[i]; }
    wanted.out === state[1];

    // ---------------------------------------------------------------- the header
    load * (load - 1) === 0;
    component leafHash = Tagged(leafTag());
    component fields = LeafFields();
    for (var i = 0; i < 3; i++) {
        leafHash.in[i] <== leaf[i];
        fields.leaf[i] <== leaf[i];
    }
    (1 - load) * (leafHash.out - state[5]) === 0;
    component climb[slots];
    signal climbed[slots + 1];
    climbed[0] <== state[6] + load * (leafHash.out - state[6]);
    for (var s = 0; s < slots; s++) {
        climb[s] = ClimbHistory();
        climb[s].in <== climbed[s];
        for (var i = 0; i < 3; i++) { climb[s].place[i] <== place[s][i]; }
        climb[s].list <== list[s];
        for (var i = 0; i < 2; i++) { climb[s].siblings[i] <== siblings[s][i]; }
        climbed[s + 1] <== climb[s].out;
    }

    // ---------------------------------------------------------------- the state, taken apart
    component high = Bits(128);
    component low = Bits(128);
    component rest = Bits(188);
    high.in <== state[7];
    low.in <== state[8];
    rest.in <== state[13];
    component slot[slots];
    var chain[8][32]; var last[12]; var expect[5];
    for (var k = 0; k < 8; k++) {
        for (var i = 0; i < 32; i++) { chain[k][i] = k < 4 ? high.out[32 * k + i] : low.out[32 * (k - 4) + i]; }
    }
    expect[0] = 1;
    for (var i = 0; i < 4; i++) {
        expect[1 + i] = rest.out[i];
        expect[0] -= rest.out[i];
    }
    var open = rest.out[4];
    var lists = rest.out[5] + 2 * rest.out[6];
    var pending = rest.out[7];
    var blocks = 0; var amount = 0;
    for (var i = 0; i < 20; i++) { blocks += rest.out[8 + i] * (1 << i); }
    for (var i = 0; i < 64; i++) { amount += rest.out[28 + i] * (1 << i); }
    for (var i = 0; i < 12; i++) {
        last[i] = 0;
        for (var j = 0; j < 8; j++) { last[i] += rest.out[92 + 8 * i + j] * (1 << j); }
    }
    var at = state[9]; var weight = state[10]; var even = state[11]; var odd = state[12];

    // ---------------------------------------------------------------- the compressions
    var finished = 0; var index = 0; var matched = 0; var paid = 0;
    for (var s = 0; s < slots; s++) {
        slot[s] = TransactionSlot();
        for (var t = 0; t < 16; t++) { slot[s].word[t] <== word[s][t]; }
        slot[s].begin <== begin[s];
        slot[s].right <== right[s];
        slot[s].finish <== finish[s];
        for (var i = 0; i < 3; i++) { slot[s].script[i] <== script[i]; }
        for (var i = 0; i < 5; i++) { slot[s].expect[i] <== expect[i]; }
        for (var k = 0; k < 8; k++) { for (var i = 0; i < 32; i++) { slot[s].chain[k][i] <== chain[k][i]; } }
        for (var i = 0; i < 12; i++) { slot[s].last[i] <== last[i]; }
        slot[s].place <== at;
        slot[s].weight <== weight;
        slot[s].blocks <== blocks;
        slot[s].open <== open;
        slot[s].lists <== lists;
        slot[s].pending <== pending;
        slot[s].amount <== amount;
        slot[s].even <== even;
        slot[s].odd <== odd;
        for (var i = 0; i < 5; i++) { expect[i] = slot[s].expectAfter[i]; }
        for (var i = 0; i < 12; i++) { last[i] = slot[s].lastAfter[i]; }
        at = slot[s].placeAfter;
        weight = slot[s].weightAfter;
        blocks = slot[s].blocksAfter;
        open = slot[s].openAfter;
        lists = slot[s].listsAfter;
        pending = slot[s].pendingAfter;
        amount = slot[s].amountAfter;
        even = slot[s].evenAfter;
        odd = slot[s].oddAfter;
        matched += slot[s].matched;
        paid += slot[s].paid;
        finished += finish[s];
        index += slot[s].index;
        var root[2] = [0, 0];               // high and low half, as a leaf has them
        for (var k = 0; k < 8; k++) { for (var i = 0; i < 32; i++) { chain[k][i] = slot[s].chainAfter[k][i]; } }
        for (var b = 0; b < 256; b++) {
            root[b < 128 ? 1 : 0] += chain[b \ 32][8 * (3 - (b \ 8) % 4) + b % 8] * (1 << (b % 128));
        }
        finish[s] * (root[0] - fields.rootHigh) === 0;
        finish[s] * (root[1] - fields.rootLow) === 0;
        finish[s] * (climbed[s + 1] - state[0]) === 0;
    }

    // ---------------------------------------------------------------- what is counted
    finished * (finished - 1) === 0;        // one in a step
    signal height <== finished * fields.height;
    var key = height * (1 << 32) + index;
    signal moved <== finished * (key - state[3]);
    component later = RangeCheck(64);
    later.in <== moved - finished;
    component chained = Tagged(logTag());
    chained.in[0] <== state[4];
    chained.in[1] <== key;
    chained.in[2] <== 0;

    next[0] <== state[0];
    next[1] <== state[1];
    next[2] <== state[2] + finished + matched * (1 << 40) + paid * (1 << 80);
    next[3] <== state[3] + moved;
    next[4] <== state[4] + finished * (chained.out - state[4]);
    next[5] <== leafHash.out;
    next[6] <== climbed[slots];
    var halves[2] = [0, 0];
    for (var k = 0; k < 8; k++) {
        for (var i = 0; i < 32; i++) { halves[k \ 4] += chain[k][i] * (1 << (32 * (k % 4) + i)); }
    }
    next[7] <== halves[0];
    next[8] <== halves[1];
    next[9] <== at;
    next[10] <== weight;
    next[11] <== even;
    next[12] <== odd;
    var packed = open * (1 << 4) + lists * (1 << 5) + pending * (1 << 7) + blocks * (1 << 8) + amount * (1 << 28);
    for (var i = 0; i < 4; i++) { packed += expect[1 + i] * (1 << i); }
    for (var i = 0; i < 12; i++) { packed += last[i] * (1 << (92 + 8 * i)); }
    next[13] <== packed;
}
