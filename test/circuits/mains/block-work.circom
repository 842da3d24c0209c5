pragma circom 2.1.6;

include "../../../circuits/bus/work.circom";

component main = BlockWork();
