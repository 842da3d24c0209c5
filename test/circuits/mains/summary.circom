pragma circom 2.1.6;

include "../../../circuits/storage/summary.circom";

component main = Summary();
