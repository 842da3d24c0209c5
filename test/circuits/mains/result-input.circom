pragma circom 2.1.6;

include "../../../circuits/compute/result-input.circom";

component main = ResultInput(2);
