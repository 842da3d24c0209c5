pragma circom 2.1.6;

include "../../../circuits/compute/dense.circom";

component main = Dense(3, 5, 60);
