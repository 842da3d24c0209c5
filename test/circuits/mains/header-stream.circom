pragma circom 2.1.6;

include "../../../circuits/compute/header-stream.circom";
include "../../../circuits/compute/statistics.circom";

// Statistics by periods of twelve blocks, trees of seven: small enough to be forged in every part.
template Each() {
    signal input leaf[3];
    signal input before[5];
    signal output after[5];
    signal output entry;
    component statistics = Statistics(12, 4);
    for (var i = 0; i < 3; i++) { statistics.leaf[i] <== leaf[i]; }
    for (var i = 0; i < 5; i++) { statistics.before[i] <== before[i]; }
    for (var i = 0; i < 5; i++) { after[i] <== statistics.after[i]; }
    entry <== statistics.entry;
}

component main {public [state]} = HeaderStream(3, 5);
