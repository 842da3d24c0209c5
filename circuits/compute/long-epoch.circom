pragma circom 2.1.6;

include "history.circom";
include "../lib/range.circom";

// An epoch of `period` blocks, which are the heights from ordinal·period on, took more than `seconds` from its first header
// to its last: `long` is 1 where it did and 0 where it did not. Bitcoin sets the next target by these two times: a longer
// epoch than it wants raises it. Times are those that miners wrote, and may go backwards.
// `history` is that of the chain from `start` up to the epoch's last header, all three public.
// Assumes nothing of its inputs; period·2^32 and seconds stay below 2^32·2^32 and 2^32. The ordinal is checked to be a number
// of 32 bits, else a fraction of the field would be a place between epochs. Two headers, 32 of the ordinal and 34 of the
// comparison: 24,780 constraints at 22 levels.
template LongEpoch(levels, period, seconds) {
    assert(period > 1 && period < 1 << 32 && seconds < 1 << 32);
    signal input history;
    signal input start;
    signal input ordinal;
    signal input opening[2][openingElements(levels)];   // of the first and the last header
    signal output long;
    signal output first;                    // times of 32 bits, as nBits
    signal output last;
    signal output bits;

    component whole = RangeCheck(32);
    whole.in <== ordinal;
    component header[2];
    for (var i = 0; i < 2; i++) {
        header[i] = HeaderAt(levels);
        header[i].history <== history;
        header[i].start <== start;
        header[i].tip <== ordinal * period + period - 1;
        header[i].height <== ordinal * period + i * (period - 1);
        for (var k = 0; k < openingElements(levels); k++) { header[i].opening[k] <== opening[i][k]; }
    }
    for (var i = 0; i < 2; i++) {
        _ <== header[i].version;
        _ <== header[i].nonce;
        _ <== header[i].hashHigh;
        _ <== header[i].hashLow;
        _ <== header[i].rootHigh;
        _ <== header[i].rootLow;
    }
    _ <== header[1].bits;
    first <== header[0].time;
    last <== header[1].time;
    bits <== header[0].bits;

    // Between -2^33 and 2^32.
    component longer = IsNonNegative(33);
    longer.in <== last - first - seconds - 1;
    long <== longer.out;
}
