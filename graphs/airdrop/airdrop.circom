pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/airdrop.circom";

// A claim in a drop of at most 65,536 leaves. 3,541 constraints.
component main {public [root, recipient]} = Airdrop(4);
