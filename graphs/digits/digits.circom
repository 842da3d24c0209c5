pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/bytes-commitment.circom";
include "wsc-bitcoin/circuits/compute/perceptron.circom";
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

    component model = Perceptron(
        784, 32, hiddenWeights(), hiddenBiases(), hiddenBits(), hiddenShift(),
        10, scoreWeights(), scoreBiases(), scoreBits()
    );
    for (var i = 0; i < 784; i++) { model.in[i] <== pixel[i]; }
    digit <== model.class;
    for (var k = 0; k < 10; k++) { score[k] <== model.score[k]; }
}

component main = Digits();
