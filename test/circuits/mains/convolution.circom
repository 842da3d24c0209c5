pragma circom 2.1.6;

include "../../../circuits/compute/convolution.circom";

component main = Convolution(5, 2, 3, 2, 2, [
    [1, -2, 3, -4, 5, -6, 7, -7, 6, -5, 4, -3, 2, -1, 0, 1, -2, 3],
    [-1, 0, 1, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 0]
], [3, -8], 9, 2);
