pragma circom 2.1.6;

include "../lib/range.circom";

// Reads a transaction without its witness, byte by byte from the first one to its exact end, in the blocks that SHA-256
// takes of it, and adds up what its outputs pay to one script. Nothing of it is hinted at: where each field stands follows
// from the fields before.
//
//   version   inputs: count, then of each 36 bytes, script, 4 bytes   outputs: count, then of each 8 bytes, script   lock time
//
// The only bytes that say where something stands are the CompactSizes: two counts, and the length of each script. Here
// they are called *sizes*. Between two of them lies a run of known length, which is skipped:
//
//   number of inputs      36 to the first input's script
//   script of an input    its length and 40 to the next one's; behind the last one its length and 4 to the number of outputs
//   number of outputs     8 to the first output's script
//   script of an output   its length and 8 to the next one's; behind the last one its length and 8 to the end
//
// The end is 8 bytes behind the last script: 4 of lock time, the byte 0x80, three zeros. It is read as one more size, of
// value 0, and everything from 0x80 to the length that SHA-256 adds must be padding.
//
// Registers, which go from block to block:
//
//   next      where the next size begins, as a position in the block
//   left      items of the current list that are still to come
//   open      1 within a list, 0 before a count
//   lists     lists that are over: 0 among inputs, 1 among outputs, 2 behind them
//   pending   1 where the last output's script is as long as the script that is looked for
//   amount    what the output at the last size pays, if it was one's
//   even, odd what is left of the script that is looked for, of its bytes at even and odd positions, once all bytes behind
//             the last size are taken away from it
//
// `next` stands still until a size is read there. So a size that is passed by is the last thing that is ever read, and the
// transaction comes to no end. The same holds where a list goes on though nothing is left of it, or never had anything: left
// becomes -1 and never 0. That is why few things need to be checked, and why a count of 0 is refused.
//
// A script is compared as two numbers of at most 31 bytes each, its bytes at even positions and those at odd ones: two
// elements of the field, so that scripts of up to 62 bytes are compared exactly.

// Any two sizes are at least 5 bytes apart. So of four bytes at most one begins a size.
// base is the position of the first of them in the block: -4 to 56, for a size is read when 4 bytes behind it are there.
//
// Assumes active is 0 or 1; near are bytes; open, lists and pending are 0 or 1, 0 to 2, and 0 or 1, as this leaves them.
// 82 constraints.
template ParseFour(base) {
    signal input active;
    signal input near[16];                  // bytes at base - 8 to base + 7
    signal input tail[4];                   // of each of the four: 0 if the transaction may end 4 bytes before it
    signal input script[3];                 // even bytes, odd bytes, length
    signal input next;
    signal input left;
    signal input open;
    signal input lists;
    signal input pending;
    signal input amount;
    signal input even;
    signal input odd;
    signal output nextAfter;
    signal output leftAfter;
    signal output openAfter;
    signal output listsAfter;
    signal output pendingAfter;
    signal output amountAfter;
    signal output evenAfter;
    signal output oddAfter;
    signal output matched;                  // the output before the size at hand pays to the script
    signal output paid;                     // and that much
    signal output ended;                    // the transaction ends here

    // ---------------------------------------------------------------- a size, and where
    signal at[4];
    var any = 0; var offset = 0;
    for (var j = 0; j < 4; j++) {
        at[j] <-- active * (next == base + j);
        at[j] * (at[j] - 1) === 0;
        any += at[j];
        offset += j * at[j];
    }
    any * (any - active) === 0;
    any * (next - base) === offset;

    signal firstAt[4]; signal lowAt[4]; signal highAt[4]; signal amountAt[4]; signal tailAt[4];
    var first = 0; var low = 0; var high = 0; var before = 0; var behind = 0;
    for (var j = 0; j < 4; j++) {
        var eight = 0;
        for (var i = 0; i < 8; i++) { eight += near[j + i] * (1 << (8 * i)); }
        firstAt[j] <== at[j] * near[8 + j];
        lowAt[j] <== at[j] * (near[9 + j] + 256 * near[10 + j]);
        highAt[j] <== at[j] * (near[11 + j] + 256 * near[12 + j]);
        amountAt[j] <== at[j] * eight;
        tailAt[j] <== at[j] * tail[j];
        first += firstAt[j]; low += lowAt[j]; high += highAt[j]; before += amountAt[j]; behind += tailAt[j];
    }

    // ---------------------------------------------------------------- its value, in the shortest form
    signal wide; signal wider;              // three bytes, five bytes
    wide <-- any * (first == 253);
    wide * (any - wide) === 0;
    wider <-- any * (first == 254);
    wider * (any - wide - wider) === 0;
    wide * (first - 253) === 0;
    wider * (first - 254) === 0;
    signal wideLow <== wide * low;
    signal widerLow <== wider * low;
    signal widerHigh <== wider * high;
    var short = first - 253 * wide - 254 * wider;
    var size = short + wideLow + widerLow + 65536 * widerHigh;
    // 0 to 252 in one byte, from 253 on in three, from 2^16 on in five. Nine bytes are never needed.
    component shortest = RangeCheck(16);
    shortest.in <== 252 * (any - wide - wider) - short + wideLow - 253 * wide + widerHigh - wider;

    // ---------------------------------------------------------------- what it is the size of
    signal count <== any * (1 - open);
    var item = any - count;
    signal counted <== count * size;
    signal last;                            // the list's last item
    last <-- item * (left == 1);
    last * (item - last) === 0;
    leftAfter <== left + counted - item;
    last * leftAfter === 0;
    openAfter <== open + count - last;
    listsAfter <== lists + last;
    signal less <== lists * (28 * count + 32 * (item - last) - 4 * last);
    nextAfter <== next + any + 2 * wide + 4 * wider + size - counted + 36 * count + 40 * (item - last) + 4 * last - less;

    // ---------------------------------------------------------------- the end
    signal twice <== lists * (lists - 1);
    ended <== count * (twice / 2);
    ended * behind === 0;

    // ---------------------------------------------------------------- the script
    var b[4]; for (var j = 0; j < 4; j++) { b[j] = near[8 + j]; }
    // The script that is compared begins behind the size, so what stands at an even position is odd in it, or even.
    signal evenKept <== (1 - any) * (even - b[0] - 256 * b[2]);
    signal evenOfEven <== script[0] * (256 * at[1] + 65536 * at[3]);
    signal evenOfOdd <== script[1] * (256 * at[0] + 65536 * at[2]);
    signal evenBehind <== (at[0] + at[1]) * b[2];
    evenAfter <== (evenKept + evenOfEven + evenOfOdd - 256 * evenBehind) / 65536;
    signal oddKept <== (1 - any) * (odd - b[1] - 256 * b[3]);
    signal oddOfEven <== script[0] * (at[0] + 256 * at[2]);
    signal oddOfOdd <== script[1] * (256 * at[1] + 65536 * at[3]);
    signal oddBehind <== at[0] * b[1];
    signal oddBehindTwo <== (at[0] + at[1] + at[2]) * b[3];
    oddAfter <== (oddKept + oddOfEven + oddOfOdd - oddBehind - 256 * oddBehindTwo) / 65536;

    // Behind a script come 8 bytes before the next size. Without them nothing is left if the script is the one.
    signal evenHere <== any * (even * (1 << 32) + 65536 * near[4] + 16777216 * near[6]);
    signal evenSix <== (at[0] + at[1] + at[2]) * near[2];
    signal evenEight <== at[0] * near[0];
    signal oddHere <== any * (odd * (1 << 32) + 256 * near[3] + 65536 * near[5] + 16777216 * near[7]);
    signal oddSeven <== (at[0] + at[1]) * near[1];
    var evenLeft = evenHere + 256 * evenSix + evenEight;
    var oddLeft = oddHere + oddSeven;

    signal compared <== any * pending;
    matched <-- compared * (evenLeft == 0) * (oddLeft == 0);
    matched * (compared - matched) === 0;
    matched * evenLeft === 0;
    matched * oddLeft === 0;
    // What does not match differs in one of both.
    signal evenInverse; signal oddInverse; signal evenDiffers;
    evenInverse <-- compared == 1 && evenLeft != 0 ? 1 / evenLeft : 0;
    evenDiffers <== evenInverse * evenLeft;
    oddInverse <-- oddLeft != 0 ? (compared - matched - evenDiffers) / oddLeft : 0;
    oddInverse * oddLeft === compared - matched - evenDiffers;

    // The next one to compare: an output's, of this length. Any other size is 2^40 off, which no size is long.
    signal pays <== item * lists;
    component same = IsZero();
    same.in <== size - script[2] + (1 - pays) * (1 << 40);
    pendingAfter <== pending - compared + same.out;
    signal kept <== (1 - any) * amount;
    amountAfter <== kept + before;
    paid <== matched * amount;
}

// A whole block of a transaction, of which `blocks` came before.
// byte[12 + i] is byte i of the block; those before are the last ones of the block before it. `next` is counted from this
// block's first byte, before and after.
// Where the transaction ends, its length is what the block's last 8 bytes say, and not 64.
// Assumes what ParseFour does. 16·82 + 2 = 1,314 constraints.
template ParseBlock() {
    signal input active;
    signal input byte[76];
    signal input blocks;
    signal input script[3];
    signal input next;
    signal input left;
    signal input open;
    signal input lists;
    signal input pending;
    signal input amount;
    signal input even;
    signal input odd;
    signal output nextAfter;
    signal output leftAfter;
    signal output openAfter;
    signal output listsAfter;
    signal output pendingAfter;
    signal output amountAfter;
    signal output evenAfter;
    signal output oddAfter;
    signal output matched;                  // outputs of which it was found here that they pay to the script
    signal output paid;
    signal output ended;

    component four[16];
    var all[8] = [next, left, open, lists, pending, amount, even, odd];
    var matchedSum = 0; var paidSum = 0; var endedSum = 0;
    for (var q = 0; q < 16; q++) {
        var base = 4 * q - 4;
        four[q] = ParseFour(base);
        four[q].active <== active;
        for (var i = 0; i < 16; i++) { four[q].near[i] <== byte[4 * q + i]; }
        for (var j = 0; j < 4; j++) {
            // The transaction's length is 4 less: there is 0x80, and then zeros.
            var zeros = 0;
            for (var p = base + j - 3; p < 56; p++) { zeros += byte[12 + p]; }
            four[q].tail[j] <== (byte[12 + base + j - 4] - 128) * (1 << 20) + zeros;
        }
        for (var i = 0; i < 3; i++) { four[q].script[i] <== script[i]; }
        four[q].next <== all[0];
        four[q].left <== all[1];
        four[q].open <== all[2];
        four[q].lists <== all[3];
        four[q].pending <== all[4];
        four[q].amount <== all[5];
        four[q].even <== all[6];
        four[q].odd <== all[7];
        all = [
            four[q].nextAfter, four[q].leftAfter, four[q].openAfter, four[q].listsAfter,
            four[q].pendingAfter, four[q].amountAfter, four[q].evenAfter, four[q].oddAfter
        ];
        matchedSum += four[q].matched;
        paidSum += four[q].paid;
        endedSum += four[q].ended;
    }
    nextAfter <== all[0];
    leftAfter <== all[1];
    openAfter <== all[2];
    listsAfter <== all[3];
    pendingAfter <== all[4];
    amountAfter <== all[5];
    evenAfter <== all[6];
    oddAfter <== all[7];
    matched <== matchedSum;
    paid <== paidSum;
    ended <== endedSum;

    // Behind the end next is 19 less than where the end was read, which is 4 behind it. Nothing is read any more.
    var length = 64 * blocks + nextAfter + 15;
    var bits = 0;
    for (var i = 0; i < 8; i++) { bits += byte[12 + 63 - i] * (1 << (8 * i)); }
    ended * (bits - 8 * length) === 0;
    signal inverse <-- ended == 1 ? 1 / (length - 64) : 0;
    (length - 64) * inverse === ended;
}
