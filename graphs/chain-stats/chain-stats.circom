pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/header-stream.circom";
include "wsc-bitcoin/circuits/compute/statistics.circom";

// What one header adds to the statistics: periods of 2016 blocks, whose places take 11 bits.
template Each() {
    signal input leaf[3];
    signal input before[5];
    signal output after[5];
    signal output entry;
    component statistics = Statistics(2016, 11);
    for (var i = 0; i < 3; i++) { statistics.leaf[i] <== leaf[i]; }
    for (var i = 0; i < 5; i++) { statistics.before[i] <== before[i]; }
    for (var i = 0; i < 5; i++) { after[i] <== statistics.after[i]; }
    entry <== statistics.entry;
}

component main {public [state]} = HeaderStream(7, 5);
