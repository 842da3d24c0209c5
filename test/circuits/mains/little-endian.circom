pragma circom 2.1.6;

include "../../../circuits/bus/step.circom";

component main = LittleEndian();
