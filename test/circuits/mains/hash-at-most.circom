pragma circom 2.1.6;

include "../../../circuits/bus/proof-of-work.circom";

component main = HashAtMost();
