pragma circom 2.1.6;

include "../../../circuits/lib/leaf.circom";

component main = LeafFields();
