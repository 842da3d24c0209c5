pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/bytes-commitment.circom";
include "wsc-bitcoin/circuits/compute/perceptron.circom";
include "wsc-bitcoin/circuits/compute/salted.circom";
include "weights.circom";

// Which handwritten digit a hidden image shows, by the model of graphs/digits. Nothing of the image is told but
//
//   digit     the one with the greatest score, of equal ones the lowest
//   image     what commits to the pixels and hides them, by a salt that is drawn for it
//
// Scores are kept back: they would tell of the pixels. No sum can leave its range, whatever the pixels:
// scripts/digit-weights.ts checks the numbers of bits in weights.circom against the weights, and BytesCommitment that pixels are
// bytes. Beside the constraints of graphs/digits 258 of the salt, 8,715 in all.
template DigitsPrivateImage() {
    signal input pixel[784];
    signal input salt;
    signal output digit;
    signal output image;

    component commitment = BytesCommitment(784);
    for (var i = 0; i < 784; i++) { commitment.in[i] <== pixel[i]; }
    component salted = Salted();
    salted.in <== commitment.out;
    salted.salt <== salt;
    image <== salted.out;

    component model = Perceptron(
        784, 32, hiddenWeights(), hiddenBiases(), hiddenBits(), hiddenShift(),
        10, scoreWeights(), scoreBiases(), scoreBits()
    );
    for (var i = 0; i < 784; i++) { model.in[i] <== pixel[i]; }
    digit <== model.class;
}

component main = DigitsPrivateImage();
