pragma circom 2.1.6;

include "../../../circuits/compute/argmax.circom";

component main = Argmax(4, 8);
