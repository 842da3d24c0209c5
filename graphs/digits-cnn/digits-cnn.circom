pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/argmax.circom";
include "wsc-bitcoin/circuits/compute/bytes-commitment.circom";
include "wsc-bitcoin/circuits/compute/convolution.circom";
include "weights.circom";

// Which handwritten digit an image shows, by a convolutional network whose weights are constants. The image has 28 × 28 pixels of
// a byte, rows from the top, 0 the background and 255 full ink. train/train.py says the arithmetic. Shown is
//
//   digit     the one with the greatest score, of equal ones the lowest
//   image     what commits to the pixels
//   score     of each digit; only their differences mean something
//
// No sum can leave its range, whatever the pixels: scripts/digit-weights.ts checks the numbers of bits in weights.circom
// against the weights, and BytesCommitment that pixels are bytes.
template DigitsCnn() {
    signal input pixel[784];
    signal output digit;
    signal output image;
    signal output score[10];

    component commitment = BytesCommitment(784);
    for (var i = 0; i < 784; i++) { commitment.in[i] <== pixel[i]; }
    image <== commitment.out;

    component low = Convolution(28, 1, 5, 2, 6, lowWeights(), lowBiases(), lowBits(), lowShift());
    for (var i = 0; i < 784; i++) { low.in[i \ 28][i % 28][0] <== pixel[i]; }

    component high = Convolution(12, 6, 5, 2, 16, highWeights(), highBiases(), highBits(), highShift());
    for (var r = 0; r < 12; r++) {
        for (var s = 0; s < 12; s++) {
            for (var c = 0; c < 6; c++) { high.in[r][s][c] <== low.out[r][s][c]; }
        }
    }

    var scoreWeight[10][256] = scoreWeights();
    var scoreBias[10] = scoreBiases();
    component greatest = Argmax(10, scoreBits());
    for (var k = 0; k < 10; k++) {
        var sum = scoreBias[k];
        for (var place = 0; place < 16; place++) {
            var ofPlace = 0;
            for (var c = 0; c < 16; c++) { ofPlace += scoreWeight[k][16 * place + c] * high.out[place \ 4][place % 4][c]; }
            sum += ofPlace;
        }
        score[k] <== sum;
        greatest.in[k] <== score[k];
    }
    digit <== greatest.out;
}

component main = DigitsCnn();
