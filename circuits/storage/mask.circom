pragma circom 2.1.6;

include "hash.circom";
include "mask-constants.circom";

// Takes the mask off a unit: from the 256 elements that a provider keeps to those of the blob (docs/storage.md).
//
// Four rounds backwards, each a fifth power of every element, less k1 + c·k2, then D times each line of sixteen: columns
// in odd rounds, rows in even ones. D[i][j] = L/(16 + i + j) with L = lcm(1 … 46) are integers, and multiplying by them is
// linear. Fifth powers are a bijection and D has an inverse: to every unit and pair of keys belongs one encoding.
// Assumes nothing. 4·256·3 = 3,072 constraints.
template Unmask() {
    signal input encoded[256];
    signal input k1;
    signal input k2;
    signal output element[256];

    var scale = 9419588158802421600;                // lcm(1 … 46)
    signal square[4][256];
    signal fourth[4][256];
    signal fifth[4][256];
    var state[256];
    for (var i = 0; i < 256; i++) { state[i] = encoded[i]; }
    for (var r = 3; r >= 0; r--) {
        var c[256] = maskConstants(r);
        for (var i = 0; i < 256; i++) {
            square[r][i] <== state[i] * state[i];
            fourth[r][i] <== square[r][i] * square[r][i];
            fifth[r][i] <== fourth[r][i] * state[i];
        }
        // Element i of a line is at start + i·step.
        var step = r % 2 == 0 ? 1 : 16;
        for (var line = 0; line < 16; line++) {
            var start = r % 2 == 0 ? 16 * line : line;
            for (var i = 0; i < 16; i++) {
                var sum = 0;
                for (var j = 0; j < 16; j++) {
                    var at = start + j * step;
                    sum += (scale \ (16 + i + j)) * (fifth[r][at] - k1 - c[at] * k2);
                }
                state[start + i * step] = sum;
            }
        }
    }
    for (var i = 0; i < 256; i++) { element[i] <== state[i]; }
}
