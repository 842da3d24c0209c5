pragma circom 2.1.6;

include "../../../circuits/compute/long-epoch.circom";

component main {public [history, start, ordinal]} = LongEpoch(22, 6, 3600);
