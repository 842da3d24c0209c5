pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";

// A chain of Poseidon hashes from a public start. For the bench of one-shot proofs only.
template PoseidonChain(n) {
    signal input start;
    signal input step[n];
    signal output end;

    component hash[n];
    for (var i = 0; i < n; i++) {
        hash[i] = Poseidon(2);
        hash[i].inputs[0] <== i == 0 ? start : hash[i - 1].out;
        hash[i].inputs[1] <== step[i];
    }
    end <== hash[n - 1].out;
}

component main { public [start] } = PoseidonChain(34);
