pragma circom 2.1.6;

include "../../../circuits/compute/record-state.circom";

component main = RecordState(4);
