pragma circom 2.1.6;

include "../../../circuits/compute/climb-history.circom";

component main = ClimbHistory();
