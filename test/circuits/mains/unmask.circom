pragma circom 2.1.6;

include "../../../circuits/storage/mask.circom";

component main = Unmask();
