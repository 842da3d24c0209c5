pragma circom 2.1.6;

include "../../../circuits/bus/accumulator.circom";

component main = Append();
