pragma circom 2.1.6;

include "../../../circuits/compute/perceptron.circom";

component main = Perceptron(3, 2, [[2, -1, 3], [-2, 1, -3]], [1, 0], 8, 1, 2, [[1, 0], [0, 1]], [4, 5], 8);
