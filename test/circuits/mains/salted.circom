pragma circom 2.1.6;

include "../../../circuits/compute/salted.circom";

component main = Salted();
