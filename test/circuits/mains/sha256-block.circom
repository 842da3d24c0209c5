pragma circom 2.1.6;

include "../../../circuits/compute/sha256-block.circom";

component main = Sha256Block();
