pragma circom 2.1.6;

include "../lib/range.circom";

// Sizes of compact targets in use: 17 + j for j = 0..15, that is mantissa·256^j in units of 2^112.
function smallestSize() { return 17; }

// target = the compact value's target in units of 2^112. Assumes a normalised compact value of size 17 to 32
// whose mantissa is positive, as the parameters are checked to hold. bit[] are its 32 bits. 17 constraints.
template CompactTarget() {
    signal input bit[32];
    signal output target;
    var mantissa = 0; var size = 0;
    for (var i = 0; i < 24; i++) { mantissa += bit[i] * (1 << i); }
    for (var i = 0; i < 8; i++) { size += bit[24 + i] * (1 << i); }

    signal is[16];                          // is[j]: the size is 17 + j
    var chosen = 0; var sizes = 0; var scale = 0;
    for (var j = 0; j < 16; j++) {
        is[j] <-- size == smallestSize() + j;
        is[j] * (is[j] - 1) === 0;
        chosen += is[j];
        sizes += is[j] * (smallestSize() + j);
        scale += is[j] * (1 << (8 * j));
    }
    chosen === 1;
    sizes === size;
    target <== mantissa * scale;
}

// The target after an epoch, Bitcoin Core's CalculateNextWorkRequired:
//   new = old · clamp(lastTime - firstTime, 302,400, 4,838,400) / 1,209,600, truncated to compact form, at most the limit.
//
// The timespan is signed: a negative one clamps to 302,400. Everything is in units of 2^112, which is exact because
// floor(floor(old·2^112·t / 1209600) / 2^112) = floor(old·t / 1209600) and a compact value of size 17 or more drops
// what lies below 2^112. Capping the compact value is exact because compact values are ordered as their targets and
// truncation cannot lift a target above the limit's compact value.
//
// Assumes old < 2^122 (limit·4,838,400 < 2^256, checked of the parameters), times are 32-bit numbers.
// Refuses a quotient below 2^15 (a target below 2^127: its work would not fit 128 bits).
// 2·34 + 3 of the span, 124 + 2·21 of the quotient, 2·14 + 2·23 of the mantissa, 33 + 3 of the limit: 347 constraints.
template Retarget() {
    signal input old;                       // in units of 2^112
    signal input firstTime;
    signal input lastTime;
    signal input limit;                     // compact
    signal input limitTarget;               // in units of 2^112
    signal output compact;
    signal output target;                   // in units of 2^112

    var MIN = 302400; var MAX = 4838400; var WANTED = 1209600;

    component notShort = IsNonNegative(33); // |span - MIN| < 2^33
    notShort.in <== lastTime - firstTime - MIN;
    component notLong = IsNonNegative(33);
    notLong.in <== MAX - (lastTime - firstTime);
    signal raised <== notShort.out * (lastTime - firstTime - MIN) + MIN;
    signal span <== notLong.out * (raised - MAX) + MAX;

    // old·span < 2^122·2^23 = 2^145; quotient·WANTED + remainder < 2^124·2^21 + 2^21: equal over the integers.
    signal product <== old * span;
    signal bit[124];
    var quotientHint = product \ WANTED;
    var quotient = 0;
    for (var i = 0; i < 124; i++) {
        bit[i] <-- (quotientHint >> i) & 1;
        bit[i] * (bit[i] - 1) === 0;
        quotient += bit[i] * (1 << i);
    }
    component remainderLow = RangeCheck(21);
    remainderLow.in <== product - quotient * WANTED;
    component remainderHigh = RangeCheck(21);
    remainderHigh.in <== WANTED - 1 - (product - quotient * WANTED);

    // is[j]: the mantissa is quotient / 256^j, between 2^15 and 2^23: no other j gives that.
    signal is[14];
    signal part[14];
    var chosen = 0; var sizes = 0; var scale = 0; var mantissa = 0;
    for (var j = 0; j < 14; j++) {
        var shifted = 0;
        for (var i = 8 * j; i < 124; i++) { shifted += bit[i] * (1 << (i - 8 * j)); }
        var s = quotientHint >> (8 * j);
        is[j] <-- s >= 32768 && s < 8388608;
        is[j] * (is[j] - 1) === 0;
        part[j] <== is[j] * shifted;
        chosen += is[j];
        sizes += is[j] * (smallestSize() + j);
        scale += is[j] * (1 << (8 * j));
        mantissa += part[j];
    }
    chosen === 1;
    component mantissaLow = RangeCheck(23);
    mantissaLow.in <== mantissa - 32768;
    component mantissaHigh = RangeCheck(23);
    mantissaHigh.in <== mantissa;

    var unlimited = mantissa + sizes * (1 << 24);
    component over = IsNonNegative(32);
    over.in <== unlimited - limit - 1;
    compact <== unlimited + over.out * (limit - unlimited);
    signal unlimitedTarget <== mantissa * scale;
    target <== unlimitedTarget + over.out * (limitTarget - unlimitedTarget);
}
