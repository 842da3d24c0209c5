pragma circom 2.1.6;

include "requantised-relu.circom";

// A layer of a convolutional network whose weights are constants: each place of out sees kernel × kernel places of in, and
// the next one those `stride` further; all sum them by the same weights. Of places and channels
//
//   out[r][s][c] = RequantisedRelu(n, shift) of bias[c] + Σ weight[c][i]·in[stride·r + row][stride·s + column][channel]
//
// where i counts row, column and channel, the last one fastest. Sums outside -2^n ≤ sum < 2^n are refused; that there is none,
// whatever the input, is a matter of the constants. Sums are free, so a channel of a place costs n + 2 constraints.
template Convolution(side, below, kernel, stride, channels, weight, bias, n, shift) {
    assert(side >= kernel && kernel >= 1 && stride >= 1);
    var places = (side - kernel) \ stride + 1;
    signal input in[side][side][below];
    signal output out[places][places][channels];

    component relu[places][places][channels];
    for (var r = 0; r < places; r++) {
        for (var s = 0; s < places; s++) {
            for (var c = 0; c < channels; c++) {
                var sum = bias[c];
                for (var row = 0; row < kernel; row++) {
                    // Short sums added up: the compiler copies a sum at each addition.
                    var ofRow = 0;
                    for (var i = 0; i < kernel * below; i++) {
                        ofRow += weight[c][row * kernel * below + i] * in[stride * r + row][stride * s + i \ below][i % below];
                    }
                    sum += ofRow;
                }
                relu[r][s][c] = RequantisedRelu(n, shift);
                relu[r][s][c].in <== sum;
                out[r][s][c] <== relu[r][s][c].out;
            }
        }
    }
}
