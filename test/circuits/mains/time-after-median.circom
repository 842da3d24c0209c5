pragma circom 2.1.6;

include "../../../circuits/bus/median-time.circom";

component main = TimeAfterMedian();
