pragma circom 2.1.6;

// SHA-256 constants and the word functions on known values (FIPS 180-4 §4.1.2, §4.2.2, §5.3.3).

function sha256K(t) {
    var k[64] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
    ];
    return k[t];
}

function sha256H(i) {
    var h[8] = [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    ];
    return h[i];
}

function rotr32(x, n) { return ((x >> n) | (x << (32 - n))) & 0xffffffff; }
function smallSigma0(x) { return rotr32(x, 7) ^ rotr32(x, 18) ^ (x >> 3); }
function smallSigma1(x) { return rotr32(x, 17) ^ rotr32(x, 19) ^ (x >> 10); }

// Number of bits of x.
function bitLength(x) {
    var n = 0;
    while (x > 0) { n++; x = x >> 1; }
    return n;
}

// The padding words of the three compressions that hash an 80-byte header twice, or -1 where the word is data.
// block 0: bytes 0..63 (no padding); block 1: bytes 64..79, 0x80, length 640; block 2: the digest, 0x80, length 256.
function paddingWord(block, t) {
    if (block == 1 && t == 4 || block == 2 && t == 8) { return 0x80000000; }
    if (block == 1 && t == 15) { return 640; }
    if (block == 2 && t == 15) { return 256; }
    if (block == 1 && t > 4 || block == 2 && t > 8) { return 0; }
    return -1;
}
