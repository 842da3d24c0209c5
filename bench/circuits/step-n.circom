pragma circom 2.1.6;

include "../bus/step.circom";

// circuits/bus/step.circom for n headers a step, out of the same templates, to see what n costs. For comparison only:
// the bus uses BusStep, which differs from this at n = 2 in nothing but the name of its inputs.
//
// Slot 0 holds a header; slot s holds one if active[s], and only behind an active one. At most one epoch begins within
// a step, which asks for epochs of at least n headers.
template StepN(n) {
    signal input state[10];
    signal output next[10];
    signal input active[n];
    signal input words[n][12];
    signal input peaks[3 * (n + 1)];

    active[0] === 1;
    for (var s = 1; s < n; s++) {
        active[s] * (active[s] - 1) === 0;
        active[s] * (1 - active[s - 1]) === 0;
    }

    // ---------------------------------------------------------------- state
    component params = UnpackParams();
    params.in <== state[0];
    component position = Unpack32(5);
    position.in <== state[1];
    signal height <== position.field[0];
    signal nBits <== position.field[1];
    component tip = UnpackHash();
    tip.high <== state[2];
    tip.low <== state[3];
    component timesA = Unpack32(7);
    timesA.in <== state[4];
    component timesB = Unpack32(4);
    timesB.in <== state[5];
    signal time[11 + n];
    for (var i = 0; i < 11; i++) { time[i] <== i < 7 ? timesA.field[i] : timesB.field[i - 7]; }

    // ---------------------------------------------------------------- headers
    component wordBits[n][12];
    component numericTime[n]; component numericBits[n]; component versionNumber[n]; component nonce[n];
    component header[n]; component packed[n];
    for (var s = 0; s < n; s++) {
        header[s] = HeaderHash();
        for (var f = 0; f < 12; f++) {
            wordBits[s][f] = Bits(32);
            wordBits[s][f].in <== words[s][f];
            for (var i = 0; i < 32; i++) { header[s].word[f][i] <== wordBits[s][f].out[i]; }
        }
        for (var j = 0; j < 8; j++) {
            for (var i = 0; i < 32; i++) { header[s].prev[j][i] <== s == 0 ? tip.word[j][i] : header[s - 1].hash[j][i]; }
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
    component ends[n];
    signal begins[n];                       // an active slot's header is the first of an epoch
    signal positionAfter[n];
    var boundarySum = 0;
    for (var s = 0; s < n; s++) {
        var before = s == 0 ? position.field[4] : positionAfter[s - 1];
        ends[s] = IsZero();
        ends[s].in <== before + 1 - params.epochLength;
        begins[s] <== active[s] * ends[s].out;
        positionAfter[s] <== before + active[s] - begins[s] * params.epochLength;
        boundarySum += begins[s];
    }
    signal boundary <== boundarySum;
    boundary * (boundary - 1) === 0;

    // ---------------------------------------------------------------- required target
    signal retargets <== boundary * params.retarget;
    var STAND_IN = 1 << 88;
    signal lastTime[n];                     // time of the header before the epoch's first
    lastTime[0] <== time[10];
    for (var s = 1; s < n; s++) { lastTime[s] <== lastTime[s - 1] + begins[s] * (time[10 + s] - time[10]); }
    component retarget = Retarget();
    retarget.old <== STAND_IN + retargets * (state[8] - STAND_IN);
    retarget.firstTime <== position.field[2];
    retarget.lastTime <== lastTime[n - 1];
    retarget.limit <== params.limit;
    retarget.limitTarget <== params.limitTarget;
    signal newBits <== nBits + retargets * (retarget.compact - nBits);
    signal newTarget <== state[8] + retargets * (retarget.target - state[8]);
    component newWork = BlockWork();
    newWork.target <== newTarget;

    // Of every slot but the last, whether the epoch has begun by then; in the last the new values hold either way.
    signal slotBits[n]; signal slotTarget[n]; signal slotWork[n];
    var begun = 0;
    for (var s = 0; s < n; s++) {
        begun += begins[s];
        slotBits[s] <== s == n - 1 ? newBits : nBits + begun * (newBits - nBits);
        slotTarget[s] <== s == n - 1 ? newTarget : state[8] + begun * (newTarget - state[8]);
        slotWork[s] <== s == n - 1 ? newWork.work : state[9] + begun * (newWork.work - state[9]);
        active[s] * (numericBits[s].out - slotBits[s]) === 0;
    }

    // ---------------------------------------------------------------- proof of work, median time, version
    component enough[n]; component after[n]; component version[n];
    for (var s = 0; s < n; s++) {
        enough[s] = HashAtMost();
        enough[s].active <== active[s];
        enough[s].target <== slotTarget[s];
        for (var j = 0; j < 8; j++) { for (var i = 0; i < 32; i++) { enough[s].hash[j][i] <== header[s].hash[j][i]; } }
        after[s] = TimeAfterMedian();
        after[s].active <== active[s];
        after[s].time <== time[11 + s];
        for (var i = 0; i < 11; i++) { after[s].last[i] <== time[s + i]; }
        version[s] = VersionAtLeast();
        version[s].active <== active[s];
        version[s].height <== height + 1 + s;
        for (var i = 0; i < 3; i++) { version[s].rule[i] <== params.rule[i]; }
        for (var i = 0; i < 32; i++) { version[s].bit[8 * (3 - i \ 8) + i % 8] <== wordBits[s][0].out[i]; }
    }

    // ---------------------------------------------------------------- greatest time, chainwork, epoch's first time
    component later[n];
    signal replaces[n]; signal maxTime[n]; signal chainwork[n]; signal epochStart[n];
    for (var s = 0; s < n; s++) {
        var max = s == 0 ? position.field[3] : maxTime[s - 1];
        later[s] = IsNonNegative(32);
        later[s].in <== time[11 + s] - max;
        replaces[s] <== active[s] * later[s].out;
        maxTime[s] <== max + replaces[s] * (time[11 + s] - max);
        chainwork[s] <== (s == 0 ? state[6] : chainwork[s - 1]) + active[s] * slotWork[s];
        var start = s == 0 ? position.field[2] : epochStart[s - 1];
        epochStart[s] <== start + begins[s] * (time[11 + s] - start);
    }
    component chainworkRange = RangeCheck(128);
    chainworkRange.in <== chainwork[n - 1];

    // ---------------------------------------------------------------- history accumulator
    component opening = Tagged(listTag());
    for (var i = 0; i < 3; i++) { opening.in[i] <== peaks[i]; }
    opening.out === state[7];
    component leaf[n]; component leafHash[n]; component append[n];
    for (var s = 0; s < n; s++) {
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
        append[s].whole <== s == 0 ? state[7] : append[s - 1].list;
        append[s].root <== s == 0 ? peaks[0] : append[s - 1].newRoot;
        append[s].size <== s == 0 ? peaks[1] : append[s - 1].newSize;
        append[s].rest <== s == 0 ? peaks[2] : append[s - 1].newRest;
        append[s].nextRoot <== peaks[3 + 3 * s];
        append[s].nextSize <== peaks[4 + 3 * s];
        append[s].nextRest <== peaks[5 + 3 * s];
    }

    // ---------------------------------------------------------------- next state: that after the last active slot
    var window[n][2];
    for (var s = 0; s < n; s++) {
        for (var h = 0; h < 2; h++) { window[s][h] = 0; }
        for (var i = 0; i < 11; i++) { window[s][i < 7 ? 0 : 1] += time[s + 1 + i] * (1 << (32 * (i % 7))); }
    }
    signal chosen[n][5];
    var count = 0;
    for (var s = 0; s < n; s++) {
        count += active[s];
        var values[5] = [packed[s].high, packed[s].low, window[s][0], window[s][1], append[s].list];
        for (var v = 0; v < 5; v++) {
            var value = values[v];
            if (s == 0) {
                chosen[s][v] <== value;
            } else {
                chosen[s][v] <== chosen[s - 1][v] + active[s] * (value - chosen[s - 1][v]);
            }
        }
    }
    component heightRange = RangeCheck(32);
    heightRange.in <== height + count;

    next[0] <== state[0];
    next[1] <== (height + count) + newBits * (1 << 32) + epochStart[n - 1] * (1 << 64) + maxTime[n - 1] * (1 << 96) + positionAfter[n - 1] * (1 << 128);
    next[2] <== chosen[n - 1][0];
    next[3] <== chosen[n - 1][1];
    next[4] <== chosen[n - 1][2];
    next[5] <== chosen[n - 1][3];
    next[6] <== chainwork[n - 1];
    next[7] <== chosen[n - 1][4];
    next[8] <== newTarget;
    next[9] <== newWork.work;
}
