pragma circom 2.1.6;

include "../lib/range.circom";

// Refuses a time that is not greater than the median of the last eleven (Bitcoin Core: time-too-old).
// The median of eleven is less than t exactly when at least six of them are; no sorting is needed.
//
// Assumes time and last[] are 32-bit numbers and active is 0 or 1; with active = 0 nothing is refused.
// 11·33 + 1 + 3 = 367 constraints.
template TimeAfterMedian() {
    signal input active;
    signal input time;
    signal input last[11];
    component less[11];
    var count = 0;
    for (var i = 0; i < 11; i++) {
        less[i] = IsNonNegative(32);
        less[i].in <== time - last[i] - 1;
        count += less[i].out;
    }
    component atLeastSix = RangeCheck(3);   // 0 ≤ count - 6 ≤ 5
    atLeastSix.in <== active * (count - 6);
}
