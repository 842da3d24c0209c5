pragma circom 2.1.6;

include "../../../circuits/bus/state.circom";

component main = Unpack32(7);
