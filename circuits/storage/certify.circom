pragma circom 2.1.6;

include "draw.circom";
include "opening.circom";

// Six samples of one blob as one provider keeps it, one step of a certificate. Sample j draws a unit by P(25; seed, j), and
// its encoding is opened in the blob's root. The state is
//
//   0 base     of provider and blob, P(17; network, id, key)
//   1 root     of the blob
//   2 units    those of data and parity; what fills the last chunk is never drawn
//   3 seed     of block, blob and provider, P(24; …)
//   4 sample   the next one's number
//
// and a step changes the last alone. That the start is right is its verifier's to judge.
// Assumes nothing. 240 + 388 + 16,161 a sample: 6·16,789 = 100,734 constraints, and 5 linear ones for the next state.
template CertifyStep(samples) {
    signal input state[5];
    signal output next[5];
    signal input encoded[samples][256];
    signal input children[samples][4][16];

    component beta[samples]; component draw[samples]; component opened[samples];
    for (var s = 0; s < samples; s++) {
        beta[s] = Hash(sampleTag(), 2);
        beta[s].in[0] <== state[3];
        beta[s].in[1] <== state[4] + s;
        draw[s] = DrawnUnit(16);
        draw[s].beta <== beta[s].out;
        draw[s].count <== state[2];
        opened[s] = OpenedUnit();
        opened[s].base <== state[0];
        for (var i = 0; i < 16; i++) { opened[s].bit[i] <== draw[s].bit[i]; }
        for (var i = 0; i < 256; i++) { opened[s].encoded[i] <== encoded[s][i]; }
        for (var k = 0; k < 4; k++) { for (var i = 0; i < 16; i++) { opened[s].children[k][i] <== children[s][k][i]; } }
        opened[s].root === state[1];
    }
    for (var i = 0; i < 4; i++) { next[i] <== state[i]; }
    next[4] <== state[4] + samples;
}

component main {public [state]} = CertifyStep(6);
