pragma circom 2.1.6;

include "header-hashes.circom";

component main = HeaderHashes(1);
