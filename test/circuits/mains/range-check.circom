pragma circom 2.1.6;

include "../../../circuits/lib/range.circom";

component main = RangeCheck(31);
