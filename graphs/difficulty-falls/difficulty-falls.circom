pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/long-epoch.circom";

// Epochs of 2016 blocks that took longer than two weeks, in chains of up to 2^22 headers.
component main {public [history, start, ordinal]} = LongEpoch(22, 2016, 1209600);
