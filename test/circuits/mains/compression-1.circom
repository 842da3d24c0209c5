pragma circom 2.1.6;

include "../../../circuits/lib/sha256-compression.circom";

component main = Compression(1);
