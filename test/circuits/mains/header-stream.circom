pragma circom 2.1.6;

include "../../../circuits/compute/header-stream.circom";
include "../../../circuits/compute/statistics.circom";

// Statistics by periods of four blocks, three headers a step: small enough to be forged in every part.
template Each() {
    signal input leaf[3];
    signal input before[6];
    signal output after[6];
    signal output entry;
    component statistics = Statistics(4, 2);
    for (var i = 0; i < 3; i++) { statistics.leaf[i] <== leaf[i]; }
    for (var i = 0; i < 6; i++) { statistics.before[i] <== before[i]; }
    for (var i = 0; i < 6; i++) { after[i] <== statistics.after[i]; }
    entry <== statistics.entry;
}

component main {public [state]} = HeaderStream(3, 6);
