pragma circom 2.1.6;

include "../lib/sha256-compression.circom";

// One SHA-256 compression of any block from any initial value. Compression (circuits/lib/sha256-compression.circom) is made
// for the three blocks of a header, of which each has either a known initial value or known padding; here nothing is known.
// The equations are the same, and what they rest on is said there.
//
// Assumes: every `bit` and `ivBit` is 0 or 1; `first` is message word 0; `iv` are the initial words, each below 2^32. Bits
// of the words 3 and 7 of the initial value are not read.
// Proves: out[k] is congruent to SHA-256's output word k modulo 2^32, and below outMax(0, k).
// 16,984 constraints.
template Sha256Block() {
    signal input bit[16][32];   // bit[t][i]: bit i (least significant first) of message word t
    signal input first;
    signal input iv[8];
    signal input ivBit[8][32];
    signal output out[8];

    var WORD = 1 << 32;
    var PACK = 1 << 40;         // separates two equations held in one: each side of each is below 2^39

    // ---------------------------------------------------------------- message schedule
    signal w[64][32];
    signal wCarry[64][5];
    signal s0[64][32];
    signal s1[64][28];

    var W[64]; var WMAX[64]; var WBIT[64][32];
    for (var t = 0; t < 16; t++) {
        W[t] = 0;
        WMAX[t] = WORD;
        for (var i = 0; i < 32; i++) {
            WBIT[t][i] = bit[t][i];
            W[t] += bit[t][i] * (1 << i);
        }
    }
    W[0] = first;

    for (var t = 16; t < 64; t++) {
        var sum = W[t - 16] + W[t - 7];
        var max = WMAX[t - 16] + WMAX[t - 7] + 2 * (WORD - 1);
        var val = sum;                      // the number the hints work with; equals `sum` once products are added
        var reduce = t < 62;

        for (var i = 0; i < 29; i++) {
            var x = WBIT[t - 15][(i + 7) % 32] + WBIT[t - 15][(i + 18) % 32] + WBIT[t - 15][i + 3];
            s0[t][i] <-- x & 1;
            x * (x - 2 * s0[t][i]) === 2 * x - 3 * s0[t][i];
            sum += s0[t][i] * (1 << i); val += s0[t][i] * (1 << i);
        }
        for (var i = 29; i < 32; i++) {
            var p = WBIT[t - 15][i - 25]; var q = WBIT[t - 15][i - 14];
            val += (p + q - 2 * p * q) * (1 << i);
            s0[t][i] <== p * q;
            sum += (p + q - 2 * s0[t][i]) * (1 << i);
        }

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
        // Ten products in six constraints, and the last absorbs the reduction's equation.
        var lastA = 0; var lastB = 0;
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

    var A[68]; var E[68]; var AMAX[68]; var EMAX[68]; var ABIT[68][32]; var EBIT[68][32];
    for (var k = 0; k < 4; k++) {
        A[3 - k] = iv[k];
        E[3 - k] = iv[4 + k];
        AMAX[3 - k] = WORD;
        EMAX[3 - k] = WORD;
        for (var i = 0; i < 32; i++) {
            ABIT[3 - k][i] = ivBit[k][i];
            EBIT[3 - k][i] = ivBit[4 + k][i];
        }
    }

    for (var t = 0; t < 64; t++) {
        var vS0 = 0; var vS1 = 0; var vMaj = 0;
        var vCh = 0;                         // the numbers of Ch, for the hints
        var chLow = EBIT[t + 1][0];          // Ch as a linear combination, without bit 0's product
        for (var i = 0; i < 32; i++) {
            var x = ABIT[t + 3][(i + 2) % 32] + ABIT[t + 3][(i + 13) % 32] + ABIT[t + 3][(i + 22) % 32];
            S0[t][i] <-- x & 1;
            x * (x - 2 * S0[t][i]) === 2 * x - 3 * S0[t][i];
            vS0 += S0[t][i] * (1 << i);

            var y = EBIT[t + 3][(i + 6) % 32] + EBIT[t + 3][(i + 11) % 32] + EBIT[t + 3][(i + 25) % 32];
            S1[t][i] <-- y & 1;
            y * (y - 2 * S1[t][i]) === 2 * y - 3 * S1[t][i];
            vS1 += S1[t][i] * (1 << i);

            var z = ABIT[t + 3][i] + ABIT[t + 2][i] + ABIT[t + 1][i];
            maj[t][i] <-- z >> 1;
            z * (4 * maj[t][i] - z) === 6 * maj[t][i] - z;
            vMaj += maj[t][i] * (1 << i);

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

            // 2^32 keeps e - d from being negative.
            var sumA = E[t + 4] - A[t] + vS0 + vMaj + WORD;
            var newA = 0;
            for (var i = 0; i < 32; i++) {
                a[t][i] <-- (sumA >> i) & 1;
                a[t][i] * (a[t][i] - 1) === 0;
                ABIT[t + 4][i] = a[t][i];
                newA += a[t][i] * (1 << i);
            }
            A[t + 4] = newA; AMAX[t + 4] = WORD;
            for (var i = 0; i < bitLength((3 * (WORD - 1) + WORD) \ WORD); i++) {
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
        out[k] <== iv[k] + A[67 - k];
        out[4 + k] <== iv[4 + k] + E[67 - k];
        assert(AMAX[67 - k] + AMAX[3 - k] <= outMax(0, k) + 1);
        assert(EMAX[67 - k] + EMAX[3 - k] <= outMax(0, 4 + k) + 1);
    }
}
