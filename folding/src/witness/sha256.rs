//! The signals of circuits/lib: the two SHA-256 digests of a header, in three compressions. Names and order of
//! evaluation follow the templates; sha256-compression.circom says why they are what they are.

use super::sink::Sink;

const WORD: u64 = 1 << 32;

const K: [u32; 64] = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
];
const H: [u32; 8] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

fn bit(word: u32, i: usize) -> u64 {
  u64::from(word >> i & 1)
}

fn word_bits<S: Sink>(sink: &mut S, path: &str, word: u32) {
  for i in 0..32 {
    sink.bit(format_args!("{path}[{i}]"), word >> i & 1 == 1);
  }
}

/// What goes into one compression. Words 3 and 7 of `iv`, and `first`, may be unreduced sums.
struct Block {
  index: usize,
  words: [u32; 16],
  first: u64,
  iv: [u64; 8],
}

/// The padding word, or none where the word is data (`paddingWord` of the circuit).
fn padding(block: usize, t: usize) -> Option<u32> {
  match (block, t) {
    (1, 4) | (2, 8) => Some(0x8000_0000),
    (1, 15) => Some(640),
    (2, 15) => Some(256),
    (1, 5..) | (2, 9..) => Some(0),
    _ => None,
  }
}

/// Gives the signals of one compression; returns its unreduced outputs.
fn compression<S: Sink>(sink: &mut S, path: &str, block: &Block) -> [u64; 8] {
  let constant_iv = block.index != 1;
  for t in 0..16 {
    let given = padding(block.index, t).is_none() && !(block.index == 2 && t == 0);
    word_bits(
      sink,
      &format!("{path}.bit[{t}]"),
      if given { block.words[t] } else { 0 },
    );
  }
  sink.number(format_args!("{path}.first"), block.first);
  for k in 0..8 {
    sink.number(
      format_args!("{path}.iv[{k}]"),
      if constant_iv { 0 } else { block.iv[k] },
    );
    let given = !constant_iv && k % 4 != 3;
    word_bits(
      sink,
      &format!("{path}.ivBit[{k}]"),
      if given { block.iv[k] as u32 } else { 0 },
    );
  }
  let words = schedule(sink, path, block);
  let (a, e) = rounds(sink, path, block, &words);
  let out = std::array::from_fn(|k| block.iv[k] + if k < 4 { a[67 - k] } else { e[71 - k] });
  for (k, value) in out.iter().enumerate() {
    sink.number(format_args!("{path}.out[{k}]"), *value);
  }
  out
}

/// The message schedule: 64 words, the first and the last two unreduced.
fn schedule<S: Sink>(sink: &mut S, path: &str, block: &Block) -> [u64; 64] {
  let mut word = [0u64; 64];
  let mut known = [false; 64];
  for t in 0..16 {
    known[t] = padding(block.index, t).is_some();
    word[t] = u64::from(block.words[t]);
  }
  word[0] = block.first;
  for t in 16..64 {
    let reduce = t < 62;
    // Bits are read of reduced words only.
    let (x, y) = (word[t - 15] as u32, word[t - 2] as u32);
    let sigma0 = x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3);
    let sigma1 = y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10);
    if !known[t - 15] {
      for i in 0..29 {
        sink.bit(format_args!("{path}.s0[{t}][{i}]"), sigma0 >> i & 1 == 1);
      }
      for i in 29..32 {
        sink.number(format_args!("{path}.s0[{t}][{i}]"), bit(x, i - 25) * bit(x, i - 14));
      }
    }
    if !known[t - 2] {
      for i in 0..22 {
        sink.bit(format_args!("{path}.s1[{t}][{i}]"), sigma1 >> i & 1 == 1);
      }
      for o in 0..2 {
        let at = |j: usize| bit(y, j + o);
        let products = [
          at(9) * ((at(7) << (23 + o)) + (at(11) << (25 + o))),
          at(13) * ((at(11) << (27 + o)) + (at(15) << (29 + o))),
          at(15) * at(17),
        ];
        for (k, product) in products.into_iter().enumerate() {
          sink.number(format_args!("{path}.s1[{t}][{}]", 22 + 2 * k + o), product);
        }
      }
    }
    let sum = word[t - 16] + word[t - 7] + u64::from(sigma0) + u64::from(sigma1);
    word[t] = if reduce { sum % WORD } else { sum };
    if reduce {
      word_bits(sink, &format!("{path}.w[{t}]"), sum as u32);
      for i in 0..5 {
        sink.bit(format_args!("{path}.wCarry[{t}][{i}]"), sum >> (32 + i) & 1 == 1);
      }
    }
  }
  word
}

/// The rounds: words a and e by index t + 4 after round t, the last ones unreduced.
fn rounds<S: Sink>(sink: &mut S, path: &str, block: &Block, words: &[u64; 64]) -> ([u64; 68], [u64; 68]) {
  let constant_iv = block.index != 1;
  let (mut a, mut e) = ([0u64; 68], [0u64; 68]);
  for k in 0..4 {
    a[3 - k] = block.iv[k];
    e[3 - k] = block.iv[4 + k];
  }
  for t in 0..64 {
    let [ra, rb, rc] = [a[t + 3] as u32, a[t + 2] as u32, a[t + 1] as u32];
    let [re, rf, rg] = [e[t + 3] as u32, e[t + 2] as u32, e[t + 1] as u32];
    let big0 = ra.rotate_right(2) ^ ra.rotate_right(13) ^ ra.rotate_right(22);
    let big1 = re.rotate_right(6) ^ re.rotate_right(11) ^ re.rotate_right(25);
    let majority = (ra & rb) ^ (ra & rc) ^ (rb & rc);
    let choice = (re & rf) ^ (!re & rg);
    word_bits(sink, &format!("{path}.S0[{t}]"), big0);
    word_bits(sink, &format!("{path}.S1[{t}]"), big1);
    if !(constant_iv && t < 2) {
      word_bits(sink, &format!("{path}.maj[{t}]"), majority);
    }
    word_bits(sink, &format!("{path}.ch[{t}]"), choice);

    let sum_e = a[t] + e[t] + u64::from(big1) + u64::from(K[t]) + words[t] + u64::from(choice);
    let ab = u64::from(big0) + u64::from(majority);
    if t == 63 {
      e[67] = sum_e;
      a[67] = sum_e - a[63] + ab;
    } else {
      word_bits(sink, &format!("{path}.e[{t}]"), sum_e as u32);
      for i in 0..5 {
        sink.bit(format_args!("{path}.eCarry[{t}][{i}]"), sum_e >> (32 + i) & 1 == 1);
      }
      e[t + 4] = sum_e % WORD;
      let lift = if !constant_iv && t == 0 { 2 * WORD } else { WORD };
      let sum_a = e[t + 4] + lift - a[t] + ab;
      word_bits(sink, &format!("{path}.a[{t}]"), sum_a as u32);
      for i in 0..4 {
        sink.bit(format_args!("{path}.aCarry[{t}][{i}]"), sum_a >> (32 + i) & 1 == 1);
      }
      a[t + 4] = sum_a % WORD;
    }
  }
  (a, e)
}

/// ReduceWord: the low 32 bits of an unreduced sum.
fn reduce<S: Sink>(sink: &mut S, path: &str, sum: u64) -> u32 {
  sink.number(format_args!("{path}.in"), sum);
  word_bits(sink, &format!("{path}.bit"), sum as u32);
  for i in 0..4 {
    sink.bit(format_args!("{path}.carry[{i}]"), sum >> (32 + i) & 1 == 1);
  }
  sum as u32
}

/// HeaderHash: gives every signal of the template and returns the hash, as big-endian words.
pub fn header_hash<S: Sink>(sink: &mut S, path: &str, prev: &[u32; 8], words: &[u32; 12]) -> [u32; 8] {
  for (j, word) in prev.iter().enumerate() {
    word_bits(sink, &format!("{path}.prev[{j}]"), *word);
  }
  for (j, word) in words.iter().enumerate() {
    word_bits(sink, &format!("{path}.word[{j}]"), *word);
  }
  let padded =
    |index: usize, data: &[u32]| -> [u32; 16] { std::array::from_fn(|t| padding(index, t).unwrap_or_else(|| data[t])) };
  let initial = H.map(u64::from);

  let data: Vec<u32> = [&words[..1], prev, &words[1..8]].concat();
  let block = Block {
    index: 0,
    words: padded(0, &data),
    first: u64::from(words[0]),
    iv: initial,
  };
  let out0 = compression(sink, &format!("{path}.c0"), &block);

  // Words 3 and 7 go on unreduced, the others reduced.
  let iv = std::array::from_fn(|k| {
    if k % 4 == 3 {
      out0[k]
    } else {
      u64::from(reduce(sink, &format!("{path}.r0[{k}]"), out0[k]))
    }
  });
  let block = Block {
    index: 1,
    words: padded(1, &words[8..]),
    first: u64::from(words[8]),
    iv,
  };
  let out1 = compression(sink, &format!("{path}.c1"), &block);

  let mut digest = [out1[0] as u32; 8];
  for k in 1..8 {
    digest[k] = reduce(sink, &format!("{path}.r1[{k}]"), out1[k]);
  }
  let block = Block {
    index: 2,
    words: padded(2, &digest),
    first: out1[0],
    iv: initial,
  };
  let out2 = compression(sink, &format!("{path}.c2"), &block);

  let hash = std::array::from_fn(|k| reduce(sink, &format!("{path}.r2[{k}]"), out2[k]));
  for (j, word) in hash.iter().enumerate() {
    word_bits(sink, &format!("{path}.hash[{j}]"), *word);
  }
  hash
}
