pragma circom 2.1.6;

include "../lib/header-hash.circom";
include "../lib/leaf.circom";
include "../lib/range.circom";
include "accumulator.circom";
include "median-time.circom";
include "proof-of-work.circom";
include "retarget.circom";
include "state.circom";
include "version.circom";
include "work.circom";

// A little-endian 32-bit header field from the word SHA-256 reads. Linear: no constraint.
template LittleEndian() {
    signal input bit[32];
    signal output out;
    var sum = 0;
    for (var i = 0; i < 32; i++) { sum += bit[i] * (1 << (8 * (3 - i \ 8) + i % 8)); }
    out <== sum;
}

// One step of the header chain: one header, or two. What it proves of each is listed in docs/bus.md.
//
// Slot 0 always holds a header. Slot 1 holds one if `active`, and otherwise changes nothing, whatever is in it.
// At most one epoch begins within a step, because an epoch has at least two headers; `boundary` being 0 or 1 says so.
// 107,489 constraints, one of them linear (next[0]); test/circuits/constraint-counts.ts has them by component.
template BusStep() {
    signal input state[10];
    signal output next[10];
    signal input active;
    signal input words[2][12];              // version, merkle root (8), time, bits, nonce: big-endian reads
    signal input peaks[9];                  // openings of the accumulator: (root, size, rest) three times

    active * (active - 1) === 0;

    // ---------------------------------------------------------------- state
    component params = UnpackParams();
    params.in <== state[0];
    component position = Unpack32(5);
    position.in <== state[1];
    signal height <== position.field[0];
    signal nBits <== position.field[1];
    signal epochStart <== position.field[2];
    signal maxTime <== position.field[3];
    signal epochPosition <== position.field[4];
    component tip = UnpackHash();
    tip.high <== state[2];
    tip.low <== state[3];
    component timesA = Unpack32(7);
    timesA.in <== state[4];
    component timesB = Unpack32(4);
    timesB.in <== state[5];
    signal time[13];                        // the last eleven, then those of the two slots
    for (var i = 0; i < 11; i++) { time[i] <== i < 7 ? timesA.field[i] : timesB.field[i - 7]; }

    // ---------------------------------------------------------------- headers: fields, link and hash
    component wordBits[2][12];
    component numericTime[2]; component numericBits[2]; component versionNumber[2]; component nonce[2];
    component header[2]; component packed[2];
    for (var s = 0; s < 2; s++) {
        header[s] = HeaderHash();
        for (var f = 0; f < 12; f++) {
            wordBits[s][f] = Bits(32);
            wordBits[s][f].in <== words[s][f];
            for (var i = 0; i < 32; i++) { header[s].word[f][i] <== wordBits[s][f].out[i]; }
        }
        for (var j = 0; j < 8; j++) {
            for (var i = 0; i < 32; i++) { header[s].prev[j][i] <== s == 0 ? tip.word[j][i] : header[0].hash[j][i]; }
        }
        numericTime[s] = LittleEndian();
        numericBits[s] = LittleEndian();
        versionNumber[s] = LittleEndian();
        nonce[s] = LittleEndian();
        for (var i = 0; i < 32; i++) {
            numericTime[s].bit[i] <== wordBits[s][9].out[i];
            numericBits[s].bit[i] <== wordBits[s][10].out[i];
            versionNumber[s].bit[i] <== wordBits[s][0].out[i];
            nonce[s].bit[i] <== wordBits[s][11].out[i];
        }
        time[11 + s] <== numericTime[s].out;
        packed[s] = PackHash();
        for (var j = 0; j < 8; j++) {
            for (var i = 0; i < 32; i++) { packed[s].word[j][i] <== header[s].hash[j][i]; }
        }
    }

    // ---------------------------------------------------------------- epoch
    component ends[2];                      // the slot's header is the first of an epoch
    ends[0] = IsZero();
    ends[0].in <== epochPosition + 1 - params.epochLength;
    signal position0 <== epochPosition + 1 - ends[0].out * params.epochLength;
    ends[1] = IsZero();
    ends[1].in <== position0 + 1 - params.epochLength;
    signal ends1 <== active * ends[1].out;
    signal boundary <== ends[0].out + ends1;
    boundary * (boundary - 1) === 0;
    signal position1 <== position0 + active - ends1 * params.epochLength;

    // ---------------------------------------------------------------- required target
    // The retarget is worked out in every step. Where it does not apply, a constant stands in for the old target, so
    // that it has a solution whatever the state.
    signal retargets <== boundary * params.retarget;
    var STAND_IN = 1 << 88;
    component retarget = Retarget();
    retarget.old <== STAND_IN + retargets * (state[8] - STAND_IN);
    retarget.firstTime <== epochStart;
    retarget.lastTime <== time[10] + ends1 * (time[11] - time[10]);
    retarget.limit <== params.limit;
    retarget.limitTarget <== params.limitTarget;
    signal newBits <== nBits + retargets * (retarget.compact - nBits);
    signal newTarget <== state[8] + retargets * (retarget.target - state[8]);
    component newWork = BlockWork();
    newWork.target <== newTarget;

    signal bits0 <== nBits + ends[0].out * (newBits - nBits);
    signal target0 <== state[8] + ends[0].out * (newTarget - state[8]);
    signal work0 <== state[9] + ends[0].out * (newWork.work - state[9]);

    numericBits[0].out === bits0;
    active * (numericBits[1].out - newBits) === 0;

    // ---------------------------------------------------------------- proof of work, median time, version
    component enough[2]; component after[2]; component version[2];
    for (var s = 0; s < 2; s++) {
        enough[s] = HashAtMost();
        enough[s].active <== s == 0 ? 1 : active;
        enough[s].target <== s == 0 ? target0 : newTarget;
        for (var j = 0; j < 8; j++) { for (var i = 0; i < 32; i++) { enough[s].hash[j][i] <== header[s].hash[j][i]; } }

        after[s] = TimeAfterMedian();
        after[s].active <== s == 0 ? 1 : active;
        after[s].time <== time[11 + s];
        for (var i = 0; i < 11; i++) { after[s].last[i] <== time[s + i]; }

        // The version is read little-endian like every field of the header.
        version[s] = VersionAtLeast();
        version[s].active <== s == 0 ? 1 : active;
        version[s].height <== height + 1 + s;
        for (var i = 0; i < 3; i++) { version[s].rule[i] <== params.rule[i]; }
        for (var i = 0; i < 32; i++) { version[s].bit[8 * (3 - i \ 8) + i % 8] <== wordBits[s][0].out[i]; }
    }

    // ---------------------------------------------------------------- greatest time and chainwork
    component later[2];
    later[0] = IsNonNegative(32);
    later[0].in <== time[11] - maxTime;
    signal maxTime0 <== maxTime + later[0].out * (time[11] - maxTime);
    later[1] = IsNonNegative(32);
    later[1].in <== time[12] - maxTime0;
    signal replaces <== active * later[1].out;
    signal maxTime1 <== maxTime0 + replaces * (time[12] - maxTime0);

    signal activeWork <== active * newWork.work;
    signal chainwork <== state[6] + work0 + activeWork;
    component chainworkRange = RangeCheck(128);
    chainworkRange.in <== chainwork;

    // ---------------------------------------------------------------- history accumulator
    component opening = Tagged(listTag());
    for (var i = 0; i < 3; i++) { opening.in[i] <== peaks[i]; }
    opening.out === state[7];
    component leaf[2]; component leafHash[2]; component append[2];
    for (var s = 0; s < 2; s++) {
        leaf[s] = PackLeaf();
        leaf[s].height <== height + 1 + s;
        leaf[s].time <== time[11 + s];
        leaf[s].bits <== numericBits[s].out;
        leaf[s].version <== versionNumber[s].out;
        leaf[s].nonce <== nonce[s].out;
        leaf[s].hashHigh <== packed[s].high;
        leaf[s].hashLow <== packed[s].low;
        for (var j = 0; j < 8; j++) { for (var i = 0; i < 32; i++) { leaf[s].root[j][i] <== wordBits[s][1 + j].out[i]; } }
        leafHash[s] = Tagged(leafTag());
        for (var i = 0; i < 3; i++) { leafHash[s].in[i] <== leaf[s].out[i]; }
        append[s] = Append();
        append[s].leaf <== leafHash[s].out;
        append[s].whole <== s == 0 ? state[7] : append[0].list;
        append[s].root <== s == 0 ? peaks[0] : append[0].newRoot;
        append[s].size <== s == 0 ? peaks[1] : append[0].newSize;
        append[s].rest <== s == 0 ? peaks[2] : append[0].newRest;
        append[s].nextRoot <== peaks[3 + 3 * s];
        append[s].nextSize <== peaks[4 + 3 * s];
        append[s].nextRest <== peaks[5 + 3 * s];
    }

    // ---------------------------------------------------------------- next state
    signal start0 <== epochStart + ends[0].out * (time[11] - epochStart);
    signal start1 <== start0 + ends1 * (time[12] - start0);
    var window[2][2] = [[0, 0], [0, 0]];    // packed times after slot 0 and after slot 1
    for (var s = 0; s < 2; s++) {
        for (var i = 0; i < 11; i++) { window[s][i < 7 ? 0 : 1] += time[s + 1 + i] * (1 << (32 * (i % 7))); }
    }

    component heightRange = RangeCheck(32); // nothing spills into nBits; the other fields of the element have 32 bits
    heightRange.in <== height + 1 + active;

    next[0] <== state[0];
    next[1] <== (height + 1 + active) + newBits * (1 << 32) + start1 * (1 << 64) + maxTime1 * (1 << 96) + position1 * (1 << 128);
    next[2] <== packed[0].high + active * (packed[1].high - packed[0].high);
    next[3] <== packed[0].low + active * (packed[1].low - packed[0].low);
    next[4] <== window[0][0] + active * (window[1][0] - window[0][0]);
    next[5] <== window[0][1] + active * (window[1][1] - window[0][1]);
    next[6] <== chainwork;
    next[7] <== append[0].list + active * (append[1].list - append[0].list);
    next[8] <== newTarget;
    next[9] <== newWork.work;
}
