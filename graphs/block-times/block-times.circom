pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/header-stream.circom";
include "wsc-bitcoin/circuits/lib/leaf.circom";
include "wsc-bitcoin/circuits/lib/range.circom";

// Of every 36th header, its time and height as an entry of the log: no step takes two of them.
template Each() {
    signal input leaf[3];
    signal input before[1];                 // headers since the last entry, 0 to 35
    signal output after[1];
    signal output entry;

    component head = LeafHead();
    head.in <== leaf[0];
    _ <== head.hashLow;
    _ <== head.bits;
    _ <== leaf[1];
    _ <== leaf[2];

    component full = IsZero();
    full.in <== before[0] - 35;
    entry <== full.out * (head.time + head.height * (1 << 32));
    after[0] <== (1 - full.out) * (before[0] + 1);
}

// Folded over all headers, in trees of 31.
component main {public [state]} = HeaderStream(5, 1);
