/*
 * Mines Bitcoin headers for the differential vectors; compiled when those are made, never by the tests.
 *
 * Reads lines of four hex strings: the 80-byte header, then `low`, `high` and `mask`, 256-bit numbers in display
 * order. Answers each with the least nonce from the header's own upwards for which the hash, as a number, is above
 * `low` and (hash AND mask) is at most `high`; or with "none" when the nonces run out.
 */
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const uint32_t K[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static const uint32_t IV[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* One compression of SHA-256 (FIPS 180-4) over 16 big-endian words, plain C. */
static void compress_plain(uint32_t s[8], const uint32_t m[16]) {
#define R(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
  uint32_t w[64], v[8];
  memcpy(w, m, 64);
  memcpy(v, s, 32);
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (R(a, 7) ^ R(a, 18) ^ (a >> 3)) + (R(b, 17) ^ R(b, 19) ^ (b >> 10));
  }
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = v[7] + (R(v[4], 6) ^ R(v[4], 11) ^ R(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
    uint32_t t2 = (R(v[0], 2) ^ R(v[0], 13) ^ R(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 28);
    v[4] += t1;
    v[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) s[i] += v[i];
#undef R
}

/* The same with the SHA extensions, two independent blocks interleaved: each hides the other's latency. */
__attribute__((target("sha,sse4.1,ssse3"))) static void compress_two(uint32_t s[2][8], const uint32_t m[2][16]) {
  __m128i abef[2], cdgh[2], abef0[2], cdgh0[2], w[2][4];
  for (int j = 0; j < 2; j++) {
    __m128i lo = _mm_loadu_si128((const __m128i *)s[j]), hi = _mm_loadu_si128((const __m128i *)(s[j] + 4));
    __m128i cdab = _mm_shuffle_epi32(lo, 0xb1), efgh = _mm_shuffle_epi32(hi, 0x1b);
    abef[j] = abef0[j] = _mm_alignr_epi8(cdab, efgh, 8);
    cdgh[j] = cdgh0[j] = _mm_blend_epi16(efgh, cdab, 0xf0);
    for (int i = 0; i < 4; i++) w[j][i] = _mm_loadu_si128((const __m128i *)(m[j] + 4 * i));
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; i++) {
    const __m128i k = _mm_load_si128((const __m128i *)(K + 4 * i));
#pragma GCC unroll 2
    for (int j = 0; j < 2; j++) {
      __m128i word = w[j][i & 3], sum = _mm_add_epi32(word, k);
      cdgh[j] = _mm_sha256rnds2_epu32(cdgh[j], abef[j], sum);
      abef[j] = _mm_sha256rnds2_epu32(abef[j], cdgh[j], _mm_shuffle_epi32(sum, 0x0e));
      if (i < 12) {
        __m128i w1 = w[j][(i + 1) & 3], w2 = w[j][(i + 2) & 3], w3 = w[j][(i + 3) & 3];
        __m128i t = _mm_add_epi32(_mm_sha256msg1_epu32(word, w1), _mm_alignr_epi8(w3, w2, 4));
        w[j][i & 3] = _mm_sha256msg2_epu32(t, w3);
      }
    }
  }
  for (int j = 0; j < 2; j++) {
    __m128i a = _mm_add_epi32(abef[j], abef0[j]), c = _mm_add_epi32(cdgh[j], cdgh0[j]);
    __m128i feba = _mm_shuffle_epi32(a, 0x1b), dchg = _mm_shuffle_epi32(c, 0xb1);
    _mm_storeu_si128((__m128i *)s[j], _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(s[j] + 4), _mm_alignr_epi8(dchg, feba, 8));
  }
}

static void compress_pair(int fast, uint32_t s[2][8], const uint32_t m[2][16]) {
  if (fast) return compress_two(s, m);
  compress_plain(s[0], m[0]);
  compress_plain(s[1], m[1]);
}

/* a > b, words little-endian (word 7 the highest). */
static int above(const uint32_t a[8], const uint32_t b[8]) {
  for (int i = 7; i >= 0; i--)
    if (a[i] != b[i]) return a[i] > b[i];
  return 0;
}

static int mine(int fast, const uint8_t header[80], const uint32_t low[8], const uint32_t high[8],
                const uint32_t mask[8], uint32_t *found) {
  uint32_t words[20], mid[8];
  for (int i = 0; i < 20; i++) {
    const uint8_t *p = header + 4 * i;
    words[i] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
  }
  memcpy(mid, IV, 32);
  compress_plain(mid, words);
  uint32_t tail[2][16] = {{words[16], words[17], words[18], 0, 0x80000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 640}};
  uint32_t second[2][16] = {{0, 0, 0, 0, 0, 0, 0, 0, 0x80000000, 0, 0, 0, 0, 0, 0, 256}};
  memcpy(tail[1], tail[0], 64);
  memcpy(second[1], second[0], 64);
  uint64_t first = __builtin_bswap32(words[19]);
  for (uint64_t nonce = first; nonce < 0x100000000ull; nonce += 2) {
    uint32_t s[2][8];
    for (int j = 0; j < 2; j++) {
      tail[j][3] = __builtin_bswap32((uint32_t)(nonce + j));
      memcpy(s[j], mid, 32);
    }
    compress_pair(fast, s, tail);
    for (int j = 0; j < 2; j++) {
      memcpy(second[j], s[j], 32);
      memcpy(s[j], IV, 32);
    }
    compress_pair(fast, s, second);
    for (int j = 0; j < 2; j++) {
      if ((__builtin_bswap32(s[j][7]) & mask[7]) > high[7]) continue;
      uint32_t hash[8], masked[8];
      for (int i = 0; i < 8; i++) {
        hash[i] = __builtin_bswap32(s[j][i]);
        masked[i] = hash[i] & mask[i];
      }
      if (!above(hash, low) || above(masked, high) || nonce + j > 0xffffffffull) continue;
      *found = (uint32_t)(nonce + j);
      return 1;
    }
  }
  return 0;
}

static void number(const char *hex, uint32_t out[8]) {
  for (int i = 0; i < 8; i++) sscanf(hex + 8 * (7 - i), "%8x", &out[i]);
}

int main(void) {
  char header_hex[161], low_hex[65], high_hex[65], mask_hex[65];
  int fast = __builtin_cpu_supports("sha");
  while (scanf("%160s %64s %64s %64s", header_hex, low_hex, high_hex, mask_hex) == 4) {
    uint8_t header[80];
    uint32_t low[8], high[8], mask[8], nonce;
    for (int i = 0; i < 80; i++) sscanf(header_hex + 2 * i, "%2hhx", &header[i]);
    number(low_hex, low);
    number(high_hex, high);
    number(mask_hex, mask);
    if (mine(fast, header, low, high, mask, &nonce)) printf("%u\n", nonce);
    else printf("none\n");
    fflush(stdout);
  }
  return 0;
}
