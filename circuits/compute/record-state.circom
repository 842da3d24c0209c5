pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";
include "../lib/range.circom";
include "bytes-commitment.circom";

// The capacity element of what commits to the records that stand.
function standingTag() { return 66; }

// Bytes of a record in a list: its author 32, its program 32, its seq 8 from the low end, the message that was signed 32.
function recordBytes() { return 104; }

// The value of bytes from, from + 1, … from + n - 1 of a list, the first one lowest.
function littleEndian(bytes, from, n) {
    var value = 0;
    for (var i = 0; i < n; i++) { value += bytes[from + i] * (1 << (8 * i)); }
    return value;
}

// The state of signed records by author and program. in is a list of them in the chain's order: how many, two bytes from the
// low end, then so many records, then what may be anything; who verifies compares the list, with zeros at its end. A record
// counts where its seq is greater than that of the record which stands for its author and program, and then stands in its
// place. The first one of an author and program counts. Shown is
//
//   list      what commits to all bytes
//   counted   how many count
//   lines     authors and programs that any stands for
//   state     what commits to the records that stand: a chain from 0 on, link = P(66; link before, 15 elements), over five
//             elements a slot: bytes 0, 22 and 44 on of a record, up to the next of these or to its seq; its seq and, from
//             bit 64 on, half the message; the other half. They are 0 in the slot of a record that does not stand.
//
// A list of more than slots records is refused. Of a line one record stands at most: where one counts, the one before it
// falls. So the sums over the records before have one term that is not 0, or none.
//
// BytesCommitment, 70 for each slot, 11 for each two, 5 for each slot and 609 for each link of the state, less what is
// constant: test/circuits/constraint-counts.ts. slots ≤ 256.
template RecordState(slots) {
    assert(slots >= 1 && slots <= 256);
    signal input in[2 + recordBytes() * slots];
    signal output list;
    signal output counted;
    signal output lines;
    signal output state;

    component commitment = BytesCommitment(2 + recordBytes() * slots);
    for (var i = 0; i < 2 + recordBytes() * slots; i++) { commitment.in[i] <== in[i]; }
    list <== commitment.out;

    // As many records as the list says, the first ones.
    signal present[slots];
    var said = in[0] + 256 * in[1];
    var found = 0;
    for (var i = 0; i < slots; i++) {
        present[i] <-- i < said;
        present[i] * (present[i] - 1) === 0;
        if (i > 0) { present[i] * (1 - present[i - 1]) === 0; }
        found += present[i];
    }
    said === found;

    component sameHead[slots][slots];
    component sameMiddle[slots][slots];
    component sameTail[slots][slots];
    signal sameHalf[slots][slots];
    signal same[slots][slots];
    signal falls[slots][slots];
    signal before[slots][slots];
    // Of record j once record i is read, or the latest before it that changes j.
    signal stands[slots][slots];
    component newer[slots];

    var head[slots];
    var middle[slots];
    var tail[slots];
    var seq[slots];
    var all = 0;
    for (var i = 0; i < slots; i++) {
        var at = 2 + recordBytes() * i;
        head[i] = littleEndian(in, at, 22);
        middle[i] = littleEndian(in, at + 22, 22);
        tail[i] = littleEndian(in, at + 44, 20);
        seq[i] = littleEndian(in, at + 64, 8);
        // One more than the seq of the record that stands for this line, 0 where there is none.
        var least = 0;
        for (var j = 0; j < i; j++) {
            sameHead[i][j] = IsZero();
            sameHead[i][j].in <== head[i] - head[j];
            sameMiddle[i][j] = IsZero();
            sameMiddle[i][j].in <== middle[i] - middle[j];
            sameTail[i][j] = IsZero();
            sameTail[i][j].in <== tail[i] - tail[j];
            sameHalf[i][j] <== sameHead[i][j].out * sameMiddle[i][j].out;
            same[i][j] <== sameHalf[i][j] * sameTail[i][j].out;
            falls[i][j] <== stands[i - 1][j] * same[i][j];
            before[i][j] <== falls[i][j] * (seq[j] + 1);
            least += before[i][j];
        }
        newer[i] = IsNonNegative(64);
        newer[i].in <== seq[i] - least;
        stands[i][i] <== present[i] * newer[i].out;
        all += stands[i][i];
        for (var j = 0; j < i; j++) { stands[i][j] <== stands[i - 1][j] - stands[i][i] * falls[i][j]; }
        for (var j = i + 1; j < slots; j++) { stands[i][j] <== 0; }
    }
    counted <== all;

    signal shown[5 * slots];
    var links = (5 * slots + 14) \ 15;
    var element[15 * links];
    var standing = 0;
    for (var i = 0; i < slots; i++) {
        var at = 2 + recordBytes() * i;
        var stand = stands[slots - 1][i];
        standing += stand;
        shown[5 * i] <== stand * head[i];
        shown[5 * i + 1] <== stand * middle[i];
        shown[5 * i + 2] <== stand * tail[i];
        shown[5 * i + 3] <== stand * (seq[i] + (1 << 64) * littleEndian(in, at + 72, 16));
        shown[5 * i + 4] <== stand * littleEndian(in, at + 88, 16);
        for (var e = 5 * i; e < 5 * i + 5; e++) { element[e] = shown[e]; }
    }
    lines <== standing;

    component link[links];
    for (var l = 0; l < links; l++) {
        link[l] = PoseidonEx(16, 1);
        link[l].initialState <== standingTag();
        if (l == 0) {
            link[l].inputs[0] <== 0;
        } else {
            link[l].inputs[0] <== link[l - 1].out[0];
        }
        for (var i = 0; i < 15; i++) { link[l].inputs[1 + i] <== element[15 * l + i]; }
    }
    state <== link[links - 1].out[0];
}
