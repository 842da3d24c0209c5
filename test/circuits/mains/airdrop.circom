pragma circom 2.1.6;

include "../../../circuits/compute/airdrop.circom";

component main {public [root, recipient]} = Airdrop(2);
