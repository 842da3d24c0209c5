pragma circom 2.1.6;

include "../../../circuits/bus/retarget.circom";

component main = Retarget();
