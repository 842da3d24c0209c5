pragma circom 2.1.6;

include "bytes-commitment.circom";

// Bytes of another program's result with n values: program id 32, height 4 from the low end, block hash 32, each value 32 from
// the low end (src/compute/input/result-bytes.ts).
function resultBytes(n) { return 68 + 32 * n; }

// Another program's result, taken apart: the height it is of, its values, and the commitment to all of its bytes, which is to be an
// output, named as `input.commitment` in the manifest. It assumes nothing of in: each is checked to be a byte. A value is the
// sum of its bytes in the field; who verifies makes the bytes of values below the modulus, so that there is one reading. Which
// program it is of the manifest says, and who verifies compares.
//
// BytesCommitment(68 + 32·n), and nothing more.
template ResultInput(n) {
    signal input in[resultBytes(n)];
    signal output commitment;
    signal output height;
    signal output value[n];

    component bytes = BytesCommitment(resultBytes(n));
    bytes.in <== in;
    commitment <== bytes.out;

    var sum = 0;
    for (var i = 0; i < 4; i++) { sum += in[32 + i] * (1 << (8 * i)); }
    height <== sum;
    for (var v = 0; v < n; v++) {
        sum = 0;
        for (var i = 0; i < 32; i++) { sum += in[68 + 32 * v + i] * (1 << (8 * i)); }
        value[v] <== sum;
    }
}
