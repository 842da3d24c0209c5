//! The signals of circuits/bus/step.circom, template by template. docs/bus.md says what each proves.

use super::{poseidon::tagged, sha256::header_hash, sink::Sink};
use crate::engine::Fr;
use ff::Field;

pub const STATE: usize = 10;
pub const WORDS: usize = 12;
pub const PEAKS: usize = 9;

/// The inputs of one step, as the circuit takes them.
pub struct StepInput {
  /// Canonical limbs, as the fields are cut out of them.
  pub state: [[u64; 4]; STATE],
  pub active: bool,
  pub words: [[u32; WORDS]; 2],
  pub peaks: [Fr; PEAKS],
}

const MIN_SPAN: i64 = 302_400;
const MAX_SPAN: i64 = 4_838_400;
const WANTED_SPAN: u64 = 1_209_600;
const SMALLEST_SIZE: u64 = 17;

fn fr(limbs: [u64; 4]) -> Fr {
  let shift = Fr::from(u64::MAX) + Fr::ONE;
  limbs.iter().rev().fold(Fr::ZERO, |sum, limb| sum * shift + Fr::from(*limb))
}

fn fr_signed(value: i64) -> Fr {
  if value < 0 { -Fr::from(value.unsigned_abs()) } else { Fr::from(value as u64) }
}

fn power(bits: u64) -> Fr {
  Fr::from(2).pow([bits])
}

fn select(choose: bool, yes: u64, no: u64) -> u64 {
  if choose { yes } else { no }
}

/// 32 bits of a packed element.
fn field32(limbs: &[u64; 4], index: usize, shift: usize) -> u64 {
  let at = shift + 32 * index;
  let low = limbs[at / 64] >> (at % 64);
  let high = if at % 64 > 32 { limbs[at / 64 + 1] << (64 - at % 64) } else { 0 };
  (low | high) & 0xffff_ffff
}

/// Bits of an element that may be the residue of a negative number.
fn residue_bits<S: Sink>(sink: &mut S, path: &str, value: Fr, bits: usize) {
  sink.element(format_args!("{path}.in"), value);
  sink.bits(format_args!("{path}.bit"), super::sink::limbs(&value), bits);
}

fn range_check<S: Sink>(sink: &mut S, path: &str, value: Fr, bits: usize) {
  residue_bits(sink, path, value, bits - 1);
}

fn is_non_negative<S: Sink>(sink: &mut S, path: &str, value: i64, bits: usize) -> bool {
  sink.element(format_args!("{path}.in"), fr_signed(value));
  let shifted = (i128::from(value) + (1i128 << bits)) as u128;
  sink.bits(format_args!("{path}.bit"), [shifted as u64, (shifted >> 64) as u64, 0, 0], bits);
  sink.bit(format_args!("{path}.out"), value >= 0);
  value >= 0
}

fn is_zero<S: Sink>(sink: &mut S, path: &str, value: Fr) -> bool {
  let inverse: Option<Fr> = value.invert().into();
  sink.element(format_args!("{path}.in"), value);
  sink.element(format_args!("{path}.inverse"), inverse.unwrap_or(Fr::ZERO));
  sink.bit(format_args!("{path}.out"), inverse.is_none());
  inverse.is_none()
}

fn bits_of<S: Sink>(sink: &mut S, path: &str, value: [u64; 4], bits: usize) {
  sink.write(format_args!("{path}.in"), value);
  sink.bits(format_args!("{path}.out"), value, bits);
}

fn unpack32<S: Sink>(sink: &mut S, path: &str, value: &[u64; 4], count: usize) -> Vec<u64> {
  sink.write(format_args!("{path}.in"), *value);
  bits_of(sink, &format!("{path}.bits"), *value, 32 * count);
  let fields: Vec<u64> = (0..count).map(|f| field32(value, f, 0)).collect();
  for (f, field) in fields.iter().enumerate() {
    sink.number(format_args!("{path}.field[{f}]"), *field);
  }
  fields
}

struct Params {
  limit: u64,
  limit_target: Fr,
  retarget: bool,
  epoch_length: u64,
  rule: [u64; 3],
}

fn unpack_params<S: Sink>(sink: &mut S, value: &[u64; 4]) -> Params {
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
  let scale = if (SMALLEST_SIZE..SMALLEST_SIZE + 16).contains(&size) { power(8 * (size - SMALLEST_SIZE)) } else { Fr::ZERO };
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
  Params { limit, limit_target, retarget, epoch_length: fields[0], rule: [fields[1], fields[2], fields[3]] }
}

/// The two halves of a hash, high first, from SHA-256's big-endian words: Bitcoin reads the digest little-endian.
fn halves(hash: &[u32; 8]) -> [[u64; 4]; 2] {
  let limb = |i: usize| u64::from(hash[2 * i + 1].swap_bytes()) << 32 | u64::from(hash[2 * i].swap_bytes());
  [[limb(2), limb(3), 0, 0], [limb(0), limb(1), 0, 0]]
}

fn unpack_hash<S: Sink>(sink: &mut S, high: &[u64; 4], low: &[u64; 4]) -> [u32; 8] {
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

/// Retarget's outputs: compact value and target.
struct Required {
  compact: u64,
  target: Fr,
}

fn retarget<S: Sink>(sink: &mut S, old: Fr, first: u64, last: u64, params: &Params) -> Required {
  let path = "main.retarget";
  let span = last as i64 - first as i64;
  sink.element(format_args!("{path}.old"), old);
  sink.number(format_args!("{path}.firstTime"), first);
  sink.number(format_args!("{path}.lastTime"), last);
  sink.number(format_args!("{path}.limit"), params.limit);
  sink.element(format_args!("{path}.limitTarget"), params.limit_target);
  is_non_negative(sink, &format!("{path}.notShort"), span - MIN_SPAN, 33);
  is_non_negative(sink, &format!("{path}.notLong"), MAX_SPAN - span, 33);
  sink.number(format_args!("{path}.raised"), span.max(MIN_SPAN) as u64);
  let span = span.clamp(MIN_SPAN, MAX_SPAN) as u64;
  sink.number(format_args!("{path}.span"), span);
  let product = old * Fr::from(span);
  sink.element(format_args!("{path}.product"), product);

  let (quotient, remainder) = divide(super::sink::limbs(&product), WANTED_SPAN);
  sink.bits(format_args!("{path}.bit"), quotient, 124);
  range_check(sink, &format!("{path}.remainderLow"), Fr::from(remainder), 21);
  range_check(sink, &format!("{path}.remainderHigh"), Fr::from(WANTED_SPAN - 1 - remainder), 21);

  let (mut mantissa, mut size, mut scale) = (0, 0, Fr::ZERO);
  for j in 0..14usize {
    let shifted = shift_right(&quotient, 8 * j);
    let is = shifted[1..] == [0, 0, 0] && (1 << 15..1 << 23).contains(&shifted[0]);
    sink.bit(format_args!("{path}.is[{j}]"), is);
    sink.number(format_args!("{path}.part[{j}]"), select(is, shifted[0], 0));
    if is {
      (mantissa, size, scale) = (shifted[0], SMALLEST_SIZE + j as u64, power(8 * j as u64));
    }
  }
  range_check(sink, &format!("{path}.mantissaLow"), Fr::from(mantissa) - Fr::from(1 << 15), 23);
  range_check(sink, &format!("{path}.mantissaHigh"), Fr::from(mantissa), 23);

  let unlimited = mantissa + (size << 24);
  let over = is_non_negative(sink, &format!("{path}.over"), unlimited as i64 - params.limit as i64 - 1, 32);
  let compact = select(over, params.limit, unlimited);
  let unlimited_target = Fr::from(mantissa) * scale;
  let target = if over { params.limit_target } else { unlimited_target };
  sink.number(format_args!("{path}.compact"), compact);
  sink.element(format_args!("{path}.unlimitedTarget"), unlimited_target);
  sink.element(format_args!("{path}.target"), target);
  Required { compact, target }
}

/// Quotient and remainder of a 256-bit number by a small one.
fn divide(value: [u64; 4], by: u64) -> ([u64; 4], u64) {
  let mut quotient = [0; 4];
  let mut rest = 0u128;
  for i in (0..4).rev() {
    let part = rest << 64 | u128::from(value[i]);
    quotient[i] = (part / u128::from(by)) as u64;
    rest = part % u128::from(by);
  }
  (quotient, rest as u64)
}

fn shift_right(value: &[u64; 4], bits: usize) -> [u64; 4] {
  std::array::from_fn(|i| {
    let at = i + bits / 64;
    let low = value.get(at).map_or(0, |v| v >> (bits % 64));
    let high = value.get(at + 1).filter(|_| bits % 64 != 0).map_or(0, |v| v << (64 - bits % 64));
    low | high
  })
}

/// floor(2^256 / (target·2^112 + 1)), by the long division of 2^144 by target; 0 for a target of 0.
fn block_work<S: Sink>(sink: &mut S, target: Fr) -> Fr {
  let path = "main.newWork";
  let (mut quotient, left) = long_division_of_2_144(&super::sink::limbs(&target));
  // 2^144 = quotient·target + left; work is one less where `left` has no room for work/2^112.
  if left[1..] == [0, 0, 0] && left[0] < 1 << 17 && u128::from(left[0]) << 112 < quotient {
    quotient -= 1;
  }
  let work = [quotient as u64, (quotient >> 64) as u64, 0, 0];
  sink.element(format_args!("{path}.target"), target);
  sink.bits(format_args!("{path}.bit"), work, 128);
  sink.write(format_args!("{path}.work"), work);
  let (high_product, low_product) = (Fr::from(work[1]) * target, Fr::from(work[0]) * target);
  sink.element(format_args!("{path}.highProduct"), high_product);
  sink.element(format_args!("{path}.lowProduct"), low_product);
  let c = power(80) - high_product;
  range_check(sink, &format!("{path}.cRange"), c, 81);
  let u = c * power(64) - low_product;
  let top = (quotient >> 112) as u64;
  let bottom = quotient & ((1 << 112) - 1);
  let whole = is_zero(sink, &format!("{path}.whole"), fr([bottom as u64, (bottom >> 64) as u64, 0, 0]));
  range_check(sink, &format!("{path}.atLeast"), u - Fr::from(top) - Fr::from(u64::from(!whole)), 144);
  range_check(sink, &format!("{path}.atMost"), target + Fr::from(top) - u, 144);
  fr(work)
}

/// Quotient (its low 128 bits) and remainder of 2^144 by a number below 2^255.
fn long_division_of_2_144(divisor: &[u64; 4]) -> (u128, [u64; 4]) {
  let less = |a: &[u64; 4], b: &[u64; 4]| a.iter().rev().lt(b.iter().rev());
  let mut rest = [1u64, 0, 0, 0];
  let mut quotient = 0u128;
  if *divisor == [0; 4] {
    return (0, rest);
  }
  for step in 0..=144 {
    if step > 0 {
      rest = std::array::from_fn(|i| rest[i] << 1 | if i > 0 { rest[i - 1] >> 63 } else { 0 });
      quotient <<= 1;
    }
    if !less(&rest, divisor) {
      let mut borrow = false;
      for i in 0..4 {
        let (value, first) = rest[i].overflowing_sub(divisor[i]);
        let (value, second) = value.overflowing_sub(u64::from(borrow));
        rest[i] = value;
        borrow = first || second;
      }
      quotient |= 1;
    }
  }
  (quotient, rest)
}

fn hash_at_most<S: Sink>(sink: &mut S, path: &str, active: bool, hash: &[u32; 8], target: Fr) {
  sink.bit(format_args!("{path}.active"), active);
  sink.element(format_args!("{path}.target"), target);
  for (j, word) in hash.iter().enumerate() {
    sink.bits(format_args!("{path}.hash[{j}]"), [u64::from(*word), 0, 0, 0], 32);
  }
  let [high, low] = halves(hash);
  let number = [low[0], low[1], high[0], high[1]];
  let low = [number[0], number[1] & ((1 << 48) - 1), 0, 0];
  let exact = is_zero(sink, &format!("{path}.exact"), fr(low));
  let room = target - fr(shift_right(&number, 112)) - Fr::from(u64::from(!exact));
  range_check(sink, &format!("{path}.below"), if active { room } else { Fr::ZERO }, 143);
}

fn time_after_median<S: Sink>(sink: &mut S, path: &str, active: bool, time: u64, last: &[u64]) {
  sink.bit(format_args!("{path}.active"), active);
  sink.number(format_args!("{path}.time"), time);
  let mut count = 0;
  for (i, other) in last.iter().enumerate() {
    sink.number(format_args!("{path}.last[{i}]"), *other);
    let less = is_non_negative(sink, &format!("{path}.less[{i}]"), time as i64 - *other as i64 - 1, 32);
    count += i64::from(less);
  }
  range_check(sink, &format!("{path}.atLeastSix"), fr_signed(if active { count - 6 } else { 0 }), 3);
}

fn version_at_least<S: Sink>(sink: &mut S, path: &str, active: bool, height: u64, rule: &[u64; 3], version: u32) {
  sink.bit(format_args!("{path}.active"), active);
  sink.number(format_args!("{path}.height"), height);
  sink.bits(format_args!("{path}.bit"), [u64::from(version), 0, 0, 0], 32);
  let mut reached = [false; 3];
  for i in 0..3 {
    sink.number(format_args!("{path}.rule[{i}]"), rule[i]);
    reached[i] = is_non_negative(sink, &format!("{path}.reached[{i}]"), height as i64 - rule[i] as i64, 32);
  }
  let ruled = active && reached[0];
  sink.bit(format_args!("{path}.ruled"), ruled);
  let excess = i64::from(version as i32) - 2 - i64::from(reached[1]) - i64::from(reached[2]);
  range_check(sink, &format!("{path}.excess"), fr_signed(if ruled { excess } else { 0 }), 31);
}

/// The first tree of the list, and the rest.
#[derive(Clone, Copy)]
struct Top {
  root: Fr,
  size: Fr,
  rest: Fr,
}

/// Append: the new first tree and the new list's commitment.
fn append<S: Sink>(
  sink: &mut S,
  path: &str,
  height: u64,
  hash: &[[u64; 4]; 2],
  whole: Fr,
  top: Top,
  next: Top,
) -> (Top, Fr) {
  sink.number(format_args!("{path}.height"), height);
  sink.write(format_args!("{path}.hashHigh"), hash[0]);
  sink.write(format_args!("{path}.hashLow"), hash[1]);
  sink.element(format_args!("{path}.whole"), whole);
  sink.element(format_args!("{path}.root"), top.root);
  sink.element(format_args!("{path}.size"), top.size);
  sink.element(format_args!("{path}.rest"), top.rest);
  sink.element(format_args!("{path}.nextRoot"), next.root);
  sink.element(format_args!("{path}.nextSize"), next.size);
  sink.element(format_args!("{path}.nextRest"), next.rest);
  let leaf = tagged(sink, &format!("{path}.leaf"), 1, [Fr::from(height), fr(hash[0]), fr(hash[1])]);
  tagged(sink, &format!("{path}.opening"), 3, [next.root, next.size, next.rest]);
  let equal = is_zero(sink, &format!("{path}.equal"), top.size - next.size);
  let node = tagged(sink, &format!("{path}.node"), 2, [leaf, next.root, top.root]);
  let new = if equal {
    Top { root: node, size: Fr::ONE + top.size + next.size, rest: next.rest }
  } else {
    Top { root: leaf, size: Fr::ONE, rest: whole }
  };
  sink.element(format_args!("{path}.newRoot"), new.root);
  sink.element(format_args!("{path}.newSize"), new.size);
  sink.element(format_args!("{path}.newRest"), new.rest);
  let list = tagged(sink, &format!("{path}.commitment"), 3, [new.root, new.size, new.rest]);
  sink.element(format_args!("{path}.list"), list);
  (new, list)
}

/// BusStep: gives every signal of the circuit.
pub fn bus_step<S: Sink>(sink: &mut S, input: &StepInput) {
  let StepInput { state, active, words, peaks } = input;
  let active = *active;
  for (i, element) in state.iter().enumerate() {
    sink.write(format_args!("main.state[{i}]"), *element);
  }
  sink.bit(format_args!("main.active"), active);
  for s in 0..2 {
    for f in 0..WORDS {
      sink.number(format_args!("main.words[{s}][{f}]"), u64::from(words[s][f]));
    }
  }
  for (i, element) in peaks.iter().enumerate() {
    sink.element(format_args!("main.peaks[{i}]"), *element);
  }

  // State.
  let params = unpack_params(sink, &state[0]);
  let position = unpack32(sink, "main.position", &state[1], 5);
  let [height, bits, epoch_start, max_time, epoch_position] = [0, 1, 2, 3, 4].map(|i| position[i]);
  sink.number(format_args!("main.height"), height);
  sink.number(format_args!("main.nBits"), bits);
  sink.number(format_args!("main.epochStart"), epoch_start);
  sink.number(format_args!("main.maxTime"), max_time);
  sink.number(format_args!("main.epochPosition"), epoch_position);
  let tip = unpack_hash(sink, &state[2], &state[3]);
  let mut time = unpack32(sink, "main.timesA", &state[4], 7);
  time.extend(unpack32(sink, "main.timesB", &state[5], 4));

  // Headers.
  let mut hash = [[0u32; 8]; 2];
  for s in 0..2 {
    let prev = if s == 0 { tip } else { hash[0] };
    for f in 0..WORDS {
      bits_of(sink, &format!("main.wordBits[{s}][{f}]"), [u64::from(words[s][f]), 0, 0, 0], 32);
    }
    hash[s] = header_hash(sink, &format!("main.header[{s}]"), &prev, &words[s]);
    let (t, b) = (words[s][9], words[s][10]);
    for (name, word) in [("numericTime", t), ("numericBits", b)] {
      sink.bits(format_args!("main.{name}[{s}].bit"), [u64::from(word), 0, 0, 0], 32);
      sink.number(format_args!("main.{name}[{s}].out"), u64::from(word.swap_bytes()));
    }
    time.push(u64::from(t.swap_bytes()));
    for (j, word) in hash[s].iter().enumerate() {
      sink.bits(format_args!("main.packed[{s}].word[{j}]"), [u64::from(*word), 0, 0, 0], 32);
    }
    let [high, low] = halves(&hash[s]);
    sink.write(format_args!("main.packed[{s}].high"), high);
    sink.write(format_args!("main.packed[{s}].low"), low);
  }
  for (i, t) in time.iter().enumerate() {
    sink.number(format_args!("main.time[{i}]"), *t);
  }

  // Epoch.
  let length = params.epoch_length;
  let distance = |position: u64| fr_signed(position as i64 + 1 - length as i64);
  let ends0 = is_zero(sink, "main.ends[0]", distance(epoch_position));
  let position0 = (epoch_position + 1).wrapping_sub(select(ends0, length, 0));
  sink.number(format_args!("main.position0"), position0);
  let ends1 = is_zero(sink, "main.ends[1]", distance(position0)) && active;
  sink.bit(format_args!("main.ends1"), ends1);
  let boundary = ends0 || ends1;
  sink.bit(format_args!("main.boundary"), boundary);
  let position1 = (position0 + u64::from(active)).wrapping_sub(select(ends1, length, 0));
  sink.number(format_args!("main.position1"), position1);

  // Required target and work.
  let (old_target, old_work) = (fr(state[8]), fr(state[9]));
  let retargets = boundary && params.retarget;
  sink.bit(format_args!("main.retargets"), retargets);
  let old = if retargets { old_target } else { power(88) };
  let last = select(ends1, time[11], time[10]);
  let required = retarget(sink, old, epoch_start, last, &params);
  let new_bits = select(retargets, required.compact, bits);
  let new_target = if retargets { required.target } else { old_target };
  sink.number(format_args!("main.newBits"), new_bits);
  sink.element(format_args!("main.newTarget"), new_target);
  let new_work = block_work(sink, new_target);
  let target0 = if ends0 { new_target } else { old_target };
  let work0 = if ends0 { new_work } else { old_work };
  sink.number(format_args!("main.bits0"), select(ends0, new_bits, bits));
  sink.element(format_args!("main.target0"), target0);
  sink.element(format_args!("main.work0"), work0);

  // The rules.
  for s in 0..2 {
    let on = s == 0 || active;
    let target = if s == 0 { target0 } else { new_target };
    hash_at_most(sink, &format!("main.enough[{s}]"), on, &hash[s], target);
    time_after_median(sink, &format!("main.after[{s}]"), on, time[11 + s], &time[s..s + 11]);
    let version = words[s][0].swap_bytes();
    version_at_least(sink, &format!("main.version[{s}]"), on, height + 1 + s as u64, &params.rule, version);
  }

  // Greatest time and chainwork.
  let later = is_non_negative(sink, "main.later[0]", time[11] as i64 - max_time as i64, 32);
  let max_time0 = select(later, time[11], max_time);
  sink.number(format_args!("main.maxTime0"), max_time0);
  let replaces = is_non_negative(sink, "main.later[1]", time[12] as i64 - max_time0 as i64, 32) && active;
  sink.bit(format_args!("main.replaces"), replaces);
  let max_time1 = select(replaces, time[12], max_time0);
  sink.number(format_args!("main.maxTime1"), max_time1);
  let active_work = if active { new_work } else { Fr::ZERO };
  sink.element(format_args!("main.activeWork"), active_work);
  let chainwork = fr(state[6]) + work0 + active_work;
  sink.element(format_args!("main.chainwork"), chainwork);
  range_check(sink, "main.chainworkRange", chainwork, 128);

  // Accumulator.
  let opened = |i: usize| Top { root: peaks[3 * i], size: peaks[3 * i + 1], rest: peaks[3 * i + 2] };
  tagged(sink, "main.opening", 3, [peaks[0], peaks[1], peaks[2]]);
  let (h0, h1) = (halves(&hash[0]), halves(&hash[1]));
  let (top, list0) = append(sink, "main.append[0]", height + 1, &h0, fr(state[7]), opened(0), opened(1));
  let (_, list1) = append(sink, "main.append[1]", height + 2, &h1, list0, top, opened(2));

  // Next state.
  let start0 = select(ends0, time[11], epoch_start);
  let start1 = select(ends1, time[12], start0);
  range_check(sink, "main.heightRange", Fr::from(height + 1 + u64::from(active)), 32);
  sink.number(format_args!("main.start0"), start0);
  sink.number(format_args!("main.start1"), start1);
  let window = &time[1 + usize::from(active)..][..11];
  let packed = |fields: &[u64]| fields.iter().rev().fold(Fr::ZERO, |sum, t| sum * power(32) + Fr::from(*t));
  let tip = if active { h1 } else { h0 };
  let next = [
    fr(state[0]),
    packed(&[height + 1 + u64::from(active), new_bits, start1, max_time1, position1]),
    fr(tip[0]),
    fr(tip[1]),
    packed(&window[..7]),
    packed(&window[7..]),
    chainwork,
    if active { list1 } else { list0 },
    new_target,
    new_work,
  ];
  for (i, element) in next.into_iter().enumerate() {
    sink.element(format_args!("main.next[{i}]"), element);
  }
}
