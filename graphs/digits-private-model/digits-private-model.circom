pragma circom 2.1.6;

include "wsc-bitcoin/circuits/compute/argmax.circom";
include "wsc-bitcoin/circuits/compute/bytes-commitment.circom";
include "wsc-bitcoin/circuits/compute/dense.circom";
include "wsc-bitcoin/circuits/compute/requantised-relu.circom";
include "wsc-bitcoin/circuits/compute/salted.circom";

// Which handwritten digit an image shows, by a hidden model: a perceptron of 144 sums of 2 × 2 pixels out of the image's middle, 15
// hidden units and 10 scores. train/train.py says the arithmetic and the order of the model's bytes. Shown is
//
//   digit     the one with the greatest score, of equal ones the lowest
//   image     what commits to the pixels
//   model     what commits to the model and hides it, by a salt that is drawn for the model
//
// Any bytes are a model. Weights are from -128 to 127 and biases from -2^23 to 2^23 - 1, for BytesCommitment checks that they are bytes,
// as it does of pixels. So sums of the hidden layer are at most 144·128·1,020 + 2^23 < 2^25 either way, hidden values at most
// 27,189,248 \ 2^12 = 6,637, and scores at most 15·128·6,637 + 2^23 < 2^25: no sum leaves its range, whatever model and image.
//
// 7,475 constraints of the pixels, 22,692 of the model and 258 of its salt, 678 and 405 of the hidden layer, 290 of the scores, 259
// of the greatest: 32,057 in all.
template DigitsPrivateModel() {
    signal input pixel[784];
    signal input weights[2385];
    signal input salt;
    signal output digit;
    signal output image;
    signal output model;

    component pixels = BytesCommitment(784);
    for (var i = 0; i < 784; i++) { pixels.in[i] <== pixel[i]; }
    image <== pixels.out;
    component bytes = BytesCommitment(2385);
    for (var i = 0; i < 2385; i++) { bytes.in[i] <== weights[i]; }
    component salted = Salted();
    salted.in <== bytes.out;
    salted.salt <== salt;
    model <== salted.out;

    component low = Dense(144, 15, 25);
    component hidden[15];
    for (var i = 0; i < 144; i++) {
        var corner = 28 * (2 + 2 * (i \ 12)) + 2 + 2 * (i % 12);
        low.in[i] <== pixel[corner] + pixel[corner + 1] + pixel[corner + 28] + pixel[corner + 29];
    }
    component high = Dense(15, 10, 25);
    for (var j = 0; j < 15; j++) {
        for (var i = 0; i < 144; i++) { low.weight[j][i] <== weights[144 * j + i] - 128; }
        var bias = 2310 + 3 * j;
        low.bias[j] <== weights[bias] + weights[bias + 1] * 256 + weights[bias + 2] * 65536 - 8388608;
    }
    for (var j = 0; j < 15; j++) {
        hidden[j] = RequantisedRelu(25, 12);
        hidden[j].in <== low.out[j];
        high.in[j] <== hidden[j].out;
    }

    component greatest = Argmax(10, 26);
    for (var k = 0; k < 10; k++) {
        for (var j = 0; j < 15; j++) { high.weight[k][j] <== weights[2160 + 15 * k + j] - 128; }
        var bias = 2355 + 3 * k;
        high.bias[k] <== weights[bias] + weights[bias + 1] * 256 + weights[bias + 2] * 65536 - 8388608;
    }
    for (var k = 0; k < 10; k++) { greatest.in[k] <== high.out[k]; }
    digit <== greatest.out;
}

component main = DigitsPrivateModel();
