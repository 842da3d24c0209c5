pragma circom 2.1.6;

include "argmax.circom";
include "requantised-relu.circom";

// A perceptron of one hidden layer whose weights are constants. With `bias` and `weight` of its own layer,
//
//   hidden[j] = RequantisedRelu(n, shift) of bias[j] + Σ weight[j][i]·in[i]
//   score[k]  = bias[k] + Σ weight[k][j]·hidden[j]
//   class     = which score is the greatest, of equal ones the first
//
// Sums outside -2^n ≤ sum < 2^n are refused, and scores that Argmax(classes, scoreBits) refuses; that there is none, whatever
// the input, is a matter of the constants. Sums are free: units·(n + 2) + (classes - 1)·(scoreBits + 3) - 2 constraints.
template Perceptron(count, units, weight, bias, n, shift, classes, scoreWeight, scoreBias, scoreBits) {
    signal input in[count];
    signal output class;
    signal output score[classes];

    component hidden[units];
    for (var j = 0; j < units; j++) {
        var sum = bias[j];
        for (var from = 0; from < count; from += 28) {
            // Short sums added up: the compiler copies a sum at each addition.
            var part = 0;
            for (var i = from; i < from + 28 && i < count; i++) { part += weight[j][i] * in[i]; }
            sum += part;
        }
        hidden[j] = RequantisedRelu(n, shift);
        hidden[j].in <== sum;
    }

    component greatest = Argmax(classes, scoreBits);
    for (var k = 0; k < classes; k++) {
        var sum = scoreBias[k];
        for (var j = 0; j < units; j++) { sum += scoreWeight[k][j] * hidden[j].out; }
        score[k] <== sum;
        greatest.in[k] <== score[k];
    }
    class <== greatest.out;
}
