pragma circom 2.1.6;

include "../lib/range.circom";
include "draw.circom";
include "summary.circom";
include "table.circom";

// Try `number` of a provider at the challenge block, in one partition of the table, wins: the two units that it draws, one
// after the other, are summed up as the provider keeps them, and the ticket that follows is below the threshold. What is
// checked of each unit is in table.circom. That there is such a try, and such a challenge, and that the provider's key
// counts is the verifier's to judge; all that it takes for that is public.
// Assumes nothing. Hashes 381 + 240 + 261; two draws of 396; canonical ticket 307 and its range 128; sums 510; two units of
// 20,772: 44,163 constraints.
template Win() {
    signal input net;                               // low 248 bits of the network's hash
    signal input challengeHigh;                     // the block's hash, two halves
    signal input challengeLow;
    signal input keyHigh;                           // the provider's x-only public key
    signal input keyLow;
    signal input first;                             // first position of the partition
    signal input units;                             // 16 for each used position
    signal input tableRoot;
    signal input threshold;
    signal input number;

    signal input encoded[2][256];
    signal input blobChildren[2][4][16];
    signal input root[2];
    signal input length[2];
    signal input coding[2];
    signal input entry[2];
    signal input start[2];
    signal input count[2];
    signal input tableChildren[2][6][16];

    component seed = TwoHashes(seedTag(), 7);
    seed.in[0] <== net;
    seed.in[1] <== challengeHigh;
    seed.in[2] <== challengeLow;
    seed.in[3] <== keyHigh;
    seed.in[4] <== keyLow;
    seed.in[5] <== first;
    seed.in[6] <== number;

    component second = Hash(secondTag(), 2);
    component draw[2]; component unit[2]; component summary[2];
    for (var s = 0; s < 2; s++) {
        draw[s] = DrawnUnit(24);
        draw[s].beta <== s == 0 ? seed.out[1] : second.out;
        draw[s].count <== units;
        unit[s] = TableUnit();
        unit[s].net <== net;
        unit[s].keyHigh <== keyHigh;
        unit[s].keyLow <== keyLow;
        unit[s].first <== first;
        unit[s].tableRoot <== tableRoot;
        unit[s].root <== root[s];
        unit[s].length <== length[s];
        unit[s].coding <== coding[s];
        unit[s].entry <== entry[s];
        unit[s].start <== start[s];
        unit[s].count <== count[s];
        summary[s] = Summary();
        summary[s].point <== seed.out[0];
        for (var i = 0; i < 24; i++) { unit[s].bit[i] <== draw[s].bit[i]; }
        for (var i = 0; i < 256; i++) {
            unit[s].encoded[i] <== encoded[s][i];
            summary[s].element[i] <== encoded[s][i];
        }
        for (var i = 0; i < 16; i++) {
            for (var k = 0; k < 4; k++) { unit[s].blobChildren[k][i] <== blobChildren[s][k][i]; }
            for (var k = 0; k < 6; k++) { unit[s].tableChildren[k][i] <== tableChildren[s][k][i]; }
        }
        if (s == 0) {
            second.in[0] <== seed.out[1];
            second.in[1] <== summary[0].out;
        }
    }

    component ticket = Hash(ticketTag(), 3);
    ticket.in[0] <== seed.out[1];
    ticket.in[1] <== summary[0].out;
    ticket.in[2] <== summary[1].out;
    component canonical = CanonicalBits();
    canonical.in <== ticket.out;
    var low = 0;
    for (var i = 0; i < 128; i++) { low += canonical.out[i] * (1 << i); }
    component below = RangeCheck(128);
    below.in <== threshold - 1 - low;
}

component main {public [net, challengeHigh, challengeLow, keyHigh, keyLow, first, units, tableRoot, threshold, number]} = Win();
