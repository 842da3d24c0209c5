pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/argmax.circom";
include "wsc-bitcoin/circuits/compute/bytes-commitment.circom";
include "wsc-bitcoin/circuits/compute/requantised-relu.circom";
include "weights.circom";

// Which handwritten digit an image shows, by a perceptron of one hidden layer whose weights are constants. The image has
// 28 × 28 pixels of a byte, rows from the top, 0 the background and 255 full ink. train/train.py says the arithmetic. Shown is
//
//   digit     the one with the greatest score, of equal ones the lowest
//   image     what commits to the pixels
//   score     of each digit; only their differences mean something
//
// No sum can leave its range, whatever the pixels: scripts/digit-weights.ts checks the numbers of bits in weights.circom
// against the weights, and BytesCommitment that pixels are bytes. The linear layers are free:
// 7,475 of the commitment, 32·24 of the hidden layer, 214 of the greatest score, 8,457 constraints in all.
template Digits() {
    signal input pixel[784];
    signal output digit;
    signal output image;
    signal output score[10];

    component commitment = BytesCommitment(784);
    for (var i = 0; i < 784; i++) { commitment.in[i] <== pixel[i]; }
    image <== commitment.out;

    var hiddenWeight[32][784] = hiddenWeights();
    var hiddenBias[32] = hiddenBiases();
    component hidden[32];
    for (var j = 0; j < 32; j++) {
        var sum = hiddenBias[j];
        for (var row = 0; row < 28; row++) {
            // Short sums added up: the compiler copies a sum at each addition.
            var ofRow = 0;
            for (var i = 28 * row; i < 28 * row + 28; i++) { ofRow += hiddenWeight[j][i] * pixel[i]; }
            sum += ofRow;
        }
        hidden[j] = RequantisedRelu(hiddenBits(), hiddenShift());
        hidden[j].in <== sum;
    }

    var scoreWeight[10][32] = scoreWeights();
    var scoreBias[10] = scoreBiases();
    component greatest = Argmax(10, scoreBits());
    for (var k = 0; k < 10; k++) {
        var sum = scoreBias[k];
        for (var j = 0; j < 32; j++) { sum += scoreWeight[k][j] * hidden[j].out; }
        score[k] <== sum;
        greatest.in[k] <== score[k];
    }
    digit <== greatest.out;
}

component main = Digits();
