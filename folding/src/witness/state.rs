//! The signals of circuits/bus/state.circom: the state taken apart.

use super::{
  gadgets::bits_of,
  numbers::{field32, fr, power},
  sink::Sink,
};
use crate::curves::Fr;
use ff::Field;

/// Least size byte of a compact limit that the parameters' unpacking knows (`UnpackParams`).
pub const SMALLEST_SIZE: u64 = 17;

pub struct Params {
  pub limit: u64,
  pub limit_target: Fr,
  pub retarget: bool,
  pub epoch_length: u64,
  pub rule: [u64; 3],
}

pub fn unpack_params<S: Sink>(sink: &mut S, value: &[u64; 4]) -> Params {
  let path = "main.params";
  sink.write(format_args!("{path}.in"), *value);
  bits_of(sink, &format!("{path}.bits"), *value, 162);
  let limit = field32(value, 0, 0);
  let size = limit >> 24;
  for i in 0..32 {
    sink.bit(format_args!("{path}.target.bit[{i}]"), limit >> i & 1 == 1);
  }
  for j in 0..16 {
    sink.bit(format_args!("{path}.target.is[{j}]"), size == SMALLEST_SIZE + j);
  }
  let scale = if (SMALLEST_SIZE..SMALLEST_SIZE + 16).contains(&size) {
    power(8 * (size - SMALLEST_SIZE))
  } else {
    Fr::ZERO
  };
  let limit_target = Fr::from(limit & 0xff_ffff) * scale;
  sink.element(format_args!("{path}.target.target"), limit_target);
  sink.element(format_args!("{path}.limitTarget"), limit_target);
  sink.number(format_args!("{path}.limit"), limit);
  let retarget = value[0] >> 32 & 1 == 1;
  sink.bit(format_args!("{path}.retarget"), retarget);
  let fields: [u64; 4] = std::array::from_fn(|f| field32(value, f, 34));
  sink.number(format_args!("{path}.epochLength"), fields[0]);
  for f in 0..3 {
    sink.number(format_args!("{path}.rule[{f}]"), fields[1 + f]);
  }
  Params {
    limit,
    limit_target,
    retarget,
    epoch_length: fields[0],
    rule: [fields[1], fields[2], fields[3]],
  }
}

/// The two halves of a hash, high first, from SHA-256's big-endian words: Bitcoin reads the digest little-endian.
pub fn halves(hash: &[u32; 8]) -> [[u64; 4]; 2] {
  let limb = |i: usize| u64::from(hash[2 * i + 1].swap_bytes()) << 32 | u64::from(hash[2 * i].swap_bytes());
  [[limb(2), limb(3), 0, 0], [limb(0), limb(1), 0, 0]]
}

/// PackLeaf: the whole header but its previous hash, 224 bits an element, from words as SHA-256 writes and reads them.
pub fn pack_leaf<S: Sink>(sink: &mut S, path: &str, height: u64, hash: &[u32; 8], words: &[u32; 12]) -> [Fr; 3] {
  let [high, low] = halves(hash);
  let word = |f: usize| u64::from(words[f].swap_bytes());
  let pair = |f: usize| word(f + 1) << 32 | word(f);
  let leaf = [
    [low[0], low[1], word(9) << 32 | height, word(10)],
    [high[0], high[1], pair(1), word(3)],
    [pair(4), pair(6), word(0) << 32 | word(8), word(11)],
  ];
  for (i, element) in leaf.iter().enumerate() {
    sink.write(format_args!("{path}.out[{i}]"), *element);
  }
  leaf.map(fr)
}

pub fn unpack_hash<S: Sink>(sink: &mut S, high: &[u64; 4], low: &[u64; 4]) -> [u32; 8] {
  sink.write(format_args!("main.tip.high"), *high);
  sink.write(format_args!("main.tip.low"), *low);
  bits_of(sink, "main.tip.half[0]", *low, 128);
  bits_of(sink, "main.tip.half[1]", *high, 128);
  let limbs = [low[0], low[1], high[0], high[1]];
  let word: [u32; 8] = std::array::from_fn(|j| ((limbs[j / 2] >> (32 * (j % 2))) as u32).swap_bytes());
  for (j, w) in word.iter().enumerate() {
    sink.bits(format_args!("main.tip.word[{j}]"), [u64::from(*w), 0, 0, 0], 32);
  }
  word
}
