pragma circom 2.1.6;

include "../lib/leaf.circom";
include "../lib/range.circom";
include "../lib/tagged-hash.circom";
include "log.circom";

// Statistics of a chain by periods of as many blocks as one epoch of difficulty has. Of each period that is over, one entry
// goes into the log; of the present one, the state has it all. No work is summed up: nBits is the same in an
// epoch, which the bus has proved, so that work follows from nBits and the number of blocks.

// What a stream of headers makes of one. The state is
//
//   0 periods   the log (log.circom), of an entry for each period that is over
//   1 first     time of the present period's first header
//   2 last      time of the last header
//   3 bits      nBits of the present period's first header
//   4 greatest  2^32 plus the greatest time from a header to the next in the present period, 0 while it has none; that to
//               a period's first header is the new period's
//   5 begun     1 from the first header on
//
// and an entry has, from the low end, 32 bits each: first, last, bits, height of the last header; then 33 of greatest.
// A period begins at a height that divides by its length; the stream's first may be shorter. All elements but 0 stay in
// their sizes, by induction from a start of zeros: they are 0 or come from a leaf, whose sizes LeafHead checks.
// LeafHead 224, the place in the period 32 + 2·lengthBits + 2, the log 258, greatest 34, and seven products:
// 557 + 2·lengthBits constraints.
template Statistics(length, lengthBits) {
    signal input leaf[3];
    signal input before[6];
    signal output after[6];
    signal output entry;                    // the log's next one, where a period is over; else 0

    component head = LeafHead();
    head.in <== leaf[0];

    // height = length·number + place over the integers: both sides are below 2^(32 + lengthBits).
    signal number <-- head.height \ length;
    signal place <== head.height - length * number;
    component numberFits = RangeCheck(32);
    numberFits.in <== number;
    component placeFits = RangeCheck(lengthBits);
    placeFits.in <== place;
    component placeBelow = RangeCheck(lengthBits);
    placeBelow.in <== length - 1 - place;
    component begins = IsZero();
    begins.in <== place;

    signal over <== begins.out * before[5];
    entry <== over * (before[1] + before[2] * (1 << 32) + before[3] * (1 << 64) + (head.height - 1) * (1 << 96)
        + before[4] * (1 << 128));
    component chained = Tagged(logTag());
    chained.in[0] <== before[0];
    chained.in[1] <== entry;
    chained.in[2] <== 0;
    after[0] <== before[0] + over * (chained.out - before[0]);

    // The present period begins with this header, or with the stream.
    signal starts <== 1 - before[5] + over;
    after[1] <== before[1] + starts * (head.time - before[1]);
    after[2] <== head.time;
    after[3] <== before[3] + starts * (head.bits - before[3]);

    signal interval <== before[5] * (head.time - before[2] + (1 << 32));
    signal kept <== before[4] * (1 - starts);
    component greater = IsNonNegative(33);
    greater.in <== interval - kept;
    after[4] <== kept + greater.out * (interval - kept);
    after[5] <== 1;
}
