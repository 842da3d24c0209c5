pragma circom 2.1.6;

include "../lib/leaf.circom";
include "../lib/range.circom";

// Statistics of a chain by periods of as many blocks as one epoch of difficulty has. Of each period that is over, one entry
// goes into the log; of the present one, the state has it all. No work is summed up: nBits is the same in an
// epoch, which the bus has proved, so that work follows from nBits and the number of blocks.

// What a stream of headers makes of one. The state is
//
//   0 first     time of the present period's first header
//   1 last      time of the last header
//   2 bits      nBits of the present period's first header
//   3 greatest  2^32 plus the greatest time from a header to the next in the present period, 0 while it has none; that to
//               a period's first header is the new period's
//   4 begun     1 from the first header on
//
// and an entry has, from the low end, 32 bits each: first, last, bits, height of the last header; then 33 of greatest.
// A period begins at a height that divides by its length; the stream's first may be shorter. All elements stay in their
// sizes, by induction from a start of zeros: they are 0 or come from a leaf, whose sizes LeafHead checks.
// Assumes 2^(lengthBits - 1) ≤ length ≤ 2^lengthBits, so that a height's number of periods has 33 - lengthBits bits.
// LeafHead 224, the place in the period 33 + lengthBits + 2, greatest 34, and seven products: 300 + lengthBits constraints.
template Statistics(length, lengthBits) {
    signal input leaf[3];
    signal input before[5];
    signal output after[5];
    signal output entry;                    // the log's next one, where a period is over; else 0

    component head = LeafHead();
    head.in <== leaf[0];
    // Nothing is said of hashes, Merkle roots and the rest.
    _ <== head.hashLow;
    _ <== leaf[1];
    _ <== leaf[2];

    // height = length·number + place over the integers: both sides are below 2^34.
    signal number <-- head.height \ length;
    signal place <== head.height - length * number;
    component numberFits = RangeCheck(33 - lengthBits);
    numberFits.in <== number;
    component placeFits = RangeCheck(lengthBits);
    placeFits.in <== place;
    component placeBelow = RangeCheck(lengthBits);
    placeBelow.in <== length - 1 - place;
    component begins = IsZero();
    begins.in <== place;

    signal over <== begins.out * before[4];
    entry <== over * (before[0] + before[1] * (1 << 32) + before[2] * (1 << 64) + (head.height - 1) * (1 << 96)
        + before[3] * (1 << 128));

    // The present period begins with this header, or with the stream.
    signal starts <== 1 - before[4] + over;
    after[0] <== before[0] + starts * (head.time - before[0]);
    after[1] <== head.time;
    after[2] <== before[2] + starts * (head.bits - before[2]);

    signal interval <== before[4] * (head.time - before[1] + (1 << 32));
    signal kept <== before[3] * (1 - starts);
    component greater = IsNonNegative(33);
    greater.in <== interval - kept;
    after[3] <== kept + greater.out * (interval - kept);
    after[4] <== 1;
}
