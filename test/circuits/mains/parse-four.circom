pragma circom 2.1.6;

include "../../../circuits/compute/parse-transaction.circom";

component main = ParseFour(8);
