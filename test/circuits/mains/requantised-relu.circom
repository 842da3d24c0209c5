pragma circom 2.1.6;

include "../../../circuits/compute/requantised-relu.circom";

component main = RequantisedRelu(8, 3);
