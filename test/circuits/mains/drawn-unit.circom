pragma circom 2.1.6;

include "../../../circuits/storage/draw.circom";

component main = DrawnUnit(24);
