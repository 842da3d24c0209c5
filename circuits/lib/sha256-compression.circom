pragma circom 2.1.6;

include "sha256-constants.circom";

// One of the three SHA-256 compressions that hash an 80-byte header twice (FIPS 180-4 §6.2.2).
//
// Written for R1CS: bits are field elements, words are linear combinations of bits, and
//  - the exclusive or of three bits costs one constraint: with x = a+b+c, y is the parity of x exactly when
//    x(x - 2y) = 2x - 3y (x = 0, 1, 2, 3 give y = 0, 1, 0, 1);
//  - the majority likewise: m(x) satisfies x(4m - x) = 6m - x (x = 0, 1, 2, 3 give m = 0, 0, 1, 1);
//  - the new `a` is computed as e - d + Sigma0 + Maj, which spares a second sum of T1;
//  - a word is reduced modulo 2^32 once, where its bits are needed; words that are only added stay unreduced
//    (message words 62 and 63, the last round's a and e, `first`, and words 3 and 7 of `iv`);
//  - a reduction's equation is absorbed into the C side of a product constraint, so that it costs nothing.
//
// Assumes: every `bit` and `ivBit` is 0 or 1; `first` and `iv` are what the maxima below say.
// Proves: out[k] is congruent to SHA-256's output word k modulo 2^32, and below outMax(block, k).
// 16,791 constraints for block 0, 16,534 for block 1, 16,477 for block 2.
//
// block 0 and 2 start from the constant initial value and ignore `iv`; `bit` is ignored where the padding is known.

// Bound (exclusive) of message word 0, which no sigma reads and which may therefore come unreduced.
function firstMax(block) { return block == 2 ? outMax(1, 0) : 1 << 32; }
// Bounds (exclusive) of the words of `out`. a and e of the last round are unreduced; so are words 3 and 7 of the `iv`
// of block 1, because d and h are only added.
function outMax(block, k) {
    if (k == 0) { return 12 << 32; }
    if (k == 4) { return 10 << 32; }
    return (block == 1 && k % 4 == 3 ? 3 : 2) << 32;
}
function ivMax(k) { return k % 4 == 3 ? outMax(0, k) : 1 << 32; }

template Compression(block) {
    signal input bit[16][32];   // bit[t][i]: bit i (least significant first) of message word t
    signal input first;         // message word 0 as a number
    signal input iv[8];
    signal input ivBit[8][32];
    signal output out[8];

    var WORD = 1 << 32;
    var PACK = 1 << 40;         // separates two equations held in one: each side of each is below 2^39

    // ---------------------------------------------------------------- message schedule
    signal w[64][32];           // bits of the schedule's words
    signal wCarry[64][5];
    signal s0[64][32];          // sigma0: parities, and products of the two-bit positions
    signal s1[64][28];

    var W[64]; var WMAX[64]; var WBIT[64][32]; var KNOWN[64];
    for (var t = 0; t < 16; t++) {
        var pad = paddingWord(block, t);
        KNOWN[t] = pad != -1;
        W[t] = 0;
        for (var i = 0; i < 32; i++) {
            WBIT[t][i] = KNOWN[t] ? (pad >> i) & 1 : bit[t][i];
            W[t] += WBIT[t][i] * (1 << i);
        }
        WMAX[t] = KNOWN[t] ? pad + 1 : WORD;
    }
    W[0] = first;
    WMAX[0] = firstMax(block);

    for (var t = 16; t < 64; t++) {
        var sum = W[t - 16] + W[t - 7];
        var max = WMAX[t - 16] + WMAX[t - 7];
        var val = sum;                      // the number the hints work with; equals `sum` once products are added
        var reduce = t < 62;
        var lastA = 0; var lastB = 0;       // the product that absorbs the reduction's equation: lastA*lastB

        if (KNOWN[t - 15]) {
            sum += smallSigma0(W[t - 15]); val += smallSigma0(W[t - 15]); max += smallSigma0(W[t - 15]);
        } else {
            max += WORD - 1;
            for (var i = 0; i < 29; i++) {
                var x = WBIT[t - 15][(i + 7) % 32] + WBIT[t - 15][(i + 18) % 32] + WBIT[t - 15][i + 3];
                s0[t][i] <-- x & 1;
                x * (x - 2 * s0[t][i]) === 2 * x - 3 * s0[t][i];
                sum += s0[t][i] * (1 << i); val += s0[t][i] * (1 << i);
            }
            for (var i = 29; i < 32; i++) {  // the shift leaves two bits: p + q - 2pq
                var p = WBIT[t - 15][i - 25]; var q = WBIT[t - 15][i - 14];
                sum += (p + q) * (1 << i); val += (p + q - 2 * p * q) * (1 << i);
                if (i == 31 && reduce && KNOWN[t - 2]) {
                    lastA = p * (1 << 32); lastB = q;
                } else {
                    s0[t][i] <== p * q;
                    sum -= s0[t][i] * (2 << i);
                }
            }
        }

        if (KNOWN[t - 2]) {
            sum += smallSigma1(W[t - 2]); val += smallSigma1(W[t - 2]); max += smallSigma1(W[t - 2]);
        } else {
            max += WORD - 1;
            for (var i = 0; i < 22; i++) {
                var x = WBIT[t - 2][(i + 17) % 32] + WBIT[t - 2][(i + 19) % 32] + WBIT[t - 2][i + 10];
                s1[t][i] <-- x & 1;
                x * (x - 2 * s1[t][i]) === 2 * x - 3 * s1[t][i];
                sum += s1[t][i] * (1 << i); val += s1[t][i] * (1 << i);
            }
            for (var i = 22; i < 32; i++) {
                var p = WBIT[t - 2][i - 15]; var q = WBIT[t - 2][i - 13];
                sum += (p + q) * (1 << i); val += (p + q - 2 * p * q) * (1 << i);
            }
            // The products of those ten positions are of bits (j, j+2), j = 7..16, with weight 2^(j+16): two paths of
            // five edges. A product of one bit with its two neighbours covers two edges, so three cover a path.
            for (var o = 0; o < 2; o++) {
                s1[t][22 + o] <== WBIT[t - 2][9 + o] * (WBIT[t - 2][7 + o] * (1 << (23 + o)) + WBIT[t - 2][11 + o] * (1 << (25 + o)));
                s1[t][24 + o] <== WBIT[t - 2][13 + o] * (WBIT[t - 2][11 + o] * (1 << (27 + o)) + WBIT[t - 2][15 + o] * (1 << (29 + o)));
                sum -= s1[t][22 + o] + s1[t][24 + o];
                if (o == 1 && reduce) {
                    lastA = WBIT[t - 2][16] * (1 << 32); lastB = WBIT[t - 2][18];
                } else {
                    s1[t][26 + o] <== WBIT[t - 2][15 + o] * WBIT[t - 2][17 + o];
                    sum -= s1[t][26 + o] * (1 << (31 + o));
                }
            }
        }

        KNOWN[t] = 0;
        if (reduce) {
            var word = 0;
            for (var i = 0; i < 32; i++) {
                w[t][i] <-- (val >> i) & 1;
                w[t][i] * (w[t][i] - 1) === 0;
                WBIT[t][i] = w[t][i];
                word += w[t][i] * (1 << i);
            }
            W[t] = word;
            WMAX[t] = WORD;
            for (var i = 0; i < bitLength((max - 1) \ WORD); i++) {
                wCarry[t][i] <-- (val >> (32 + i)) & 1;
                wCarry[t][i] * (wCarry[t][i] - 1) === 0;
                word += wCarry[t][i] * (1 << (32 + i));
            }
            lastA * lastB === sum - word;
        } else {
            W[t] = sum;
            WMAX[t] = max;
        }
    }

    // ---------------------------------------------------------------- rounds
    // A[t+3], A[t+2], A[t+1], A[t] are a, b, c, d before round t; E likewise e, f, g, h.
    signal a[64][32]; signal aCarry[64][4];
    signal e[64][32]; signal eCarry[64][5];
    signal S0[64][32]; signal S1[64][32]; signal maj[64][32]; signal ch[64][32];

    var constIv = block != 1;
    var A[68]; var E[68]; var AMAX[68]; var EMAX[68]; var ABIT[68][32]; var EBIT[68][32];
    for (var k = 0; k < 4; k++) {
        A[3 - k] = constIv ? sha256H(k) : iv[k];
        E[3 - k] = constIv ? sha256H(4 + k) : iv[4 + k];
        AMAX[3 - k] = constIv ? sha256H(k) + 1 : ivMax(k);
        EMAX[3 - k] = constIv ? sha256H(4 + k) + 1 : ivMax(4 + k);
        for (var i = 0; i < 32; i++) {
            ABIT[3 - k][i] = constIv ? (sha256H(k) >> i) & 1 : ivBit[k][i];
            EBIT[3 - k][i] = constIv ? (sha256H(4 + k) >> i) & 1 : ivBit[4 + k][i];
        }
    }

    for (var t = 0; t < 64; t++) {
        var vS0 = 0; var vS1 = 0; var vMaj = 0;
        var vCh = 0;                         // the numbers of Ch, for the hints
        var chLow = EBIT[t + 1][0];          // Ch as a linear combination, without bit 0's product
        for (var i = 0; i < 32; i++) {
            // Parities and products of constants (first rounds) are linear: the compiler removes them.
            var x = ABIT[t + 3][(i + 2) % 32] + ABIT[t + 3][(i + 13) % 32] + ABIT[t + 3][(i + 22) % 32];
            S0[t][i] <-- x & 1;
            x * (x - 2 * S0[t][i]) === 2 * x - 3 * S0[t][i];
            vS0 += S0[t][i] * (1 << i);

            var y = EBIT[t + 3][(i + 6) % 32] + EBIT[t + 3][(i + 11) % 32] + EBIT[t + 3][(i + 25) % 32];
            S1[t][i] <-- y & 1;
            y * (y - 2 * S1[t][i]) === 2 * y - 3 * S1[t][i];
            vS1 += S1[t][i] * (1 << i);

            if (constIv && t < 2) {          // b and c are known: linear in a
                var b = ABIT[t + 2][i]; var c = ABIT[t + 1][i];
                vMaj += (b * c + ABIT[t + 3][i] * (b + c - 2 * b * c)) * (1 << i);
            } else {
                var z = ABIT[t + 3][i] + ABIT[t + 2][i] + ABIT[t + 1][i];
                maj[t][i] <-- z >> 1;
                z * (4 * maj[t][i] - z) === 6 * maj[t][i] - z;
                vMaj += maj[t][i] * (1 << i);
            }

            vCh += (EBIT[t + 3][i] * (EBIT[t + 2][i] - EBIT[t + 1][i]) + EBIT[t + 1][i]) * (1 << i);
            if (i > 0 || t == 63) {
                ch[t][i] <== EBIT[t + 3][i] * (EBIT[t + 2][i] - EBIT[t + 1][i]) + EBIT[t + 1][i];
                chLow = (i == 0 ? 0 : chLow) + ch[t][i] * (1 << i);
            }
        }

        var rest = A[t] + E[t] + vS1 + sha256K(t) + W[t];        // the new e, less Ch
        var restMax = AMAX[t] + EMAX[t] + WORD + sha256K(t) + WMAX[t];
        if (t == 63) {
            E[67] = rest + chLow;
            A[67] = rest + chLow - A[63] + vS0 + vMaj;
            EMAX[67] = restMax + WORD;
            AMAX[67] = restMax + 3 * WORD;
        } else {
            var newE = 0;
            for (var i = 0; i < 32; i++) {
                e[t][i] <-- ((rest + vCh) >> i) & 1;
                e[t][i] * (e[t][i] - 1) === 0;
                EBIT[t + 4][i] = e[t][i];
                newE += e[t][i] * (1 << i);
            }
            E[t + 4] = newE; EMAX[t + 4] = WORD;
            for (var i = 0; i < bitLength((restMax + WORD - 1) \ WORD); i++) {
                eCarry[t][i] <-- ((rest + vCh) >> (32 + i)) & 1;
                eCarry[t][i] * (eCarry[t][i] - 1) === 0;
                newE += eCarry[t][i] * (1 << (32 + i));
            }

            var lift = ((AMAX[t] + WORD - 2) \ WORD) * WORD;     // the least multiple of 2^32 that keeps e - d ≥ 0
            var sumA = E[t + 4] - A[t] + vS0 + vMaj + lift;
            var newA = 0;
            for (var i = 0; i < 32; i++) {
                a[t][i] <-- (sumA >> i) & 1;
                a[t][i] * (a[t][i] - 1) === 0;
                ABIT[t + 4][i] = a[t][i];
                newA += a[t][i] * (1 << i);
            }
            A[t + 4] = newA; AMAX[t + 4] = WORD;
            for (var i = 0; i < bitLength((3 * (WORD - 1) + lift) \ WORD); i++) {
                aCarry[t][i] <-- (sumA >> (32 + i)) & 1;
                aCarry[t][i] * (aCarry[t][i] - 1) === 0;
                newA += aCarry[t][i] * (1 << (32 + i));
            }

            // Both equations at once, absorbed by the product of Ch's bit 0. Each difference is an integer of less than
            // 2^39, so the sum vanishes in the field only if both do.
            EBIT[t + 3][0] * (EBIT[t + 2][0] - EBIT[t + 1][0]) === newE - rest - chLow + (newA - sumA) * PACK;
        }
    }

    for (var k = 0; k < 4; k++) {
        out[k] <== (constIv ? sha256H(k) : iv[k]) + A[67 - k];
        out[4 + k] <== (constIv ? sha256H(4 + k) : iv[4 + k]) + E[67 - k];
        assert(AMAX[67 - k] + AMAX[3 - k] <= outMax(block, k) + 1);
        assert(EMAX[67 - k] + EMAX[3 - k] <= outMax(block, 4 + k) + 1);
    }
}

// bit = the low 32 bits of in. Assumes in < max. 32 + (bits of the carry) constraints: the highest carry bit is a linear
// expression, and the equation is its being 0 or 1. So there must be a carry: 2^32 < max ≤ 2^40.
template ReduceWord(max) {
    signal input in;
    signal output bit[32];
    assert(max > 1 << 32);
    assert(max <= 1 << 40);
    var carries = bitLength((max - 1) >> 32);
    signal carry[carries];      // the last is never assigned, `top` is it; but circom cannot compile an array of none
    var rest = in;
    for (var i = 0; i < 32; i++) {
        bit[i] <-- (in >> i) & 1;
        bit[i] * (bit[i] - 1) === 0;
        rest -= bit[i] * (1 << i);
    }
    for (var i = 0; i < carries - 1; i++) {
        carry[i] <-- (in >> (32 + i)) & 1;
        carry[i] * (carry[i] - 1) === 0;
        rest -= carry[i] * (1 << (32 + i));
    }
    var top = rest / (1 << (31 + carries));
    top * (top - 1) === 0;
}
