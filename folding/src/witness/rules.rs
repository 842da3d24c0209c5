//! The signals of circuits/bus/proof-of-work.circom, median-time.circom and version.circom.

use super::{
  gadgets::{is_non_negative, is_zero, range_check},
  numbers::{fr, fr_signed, shift_right},
  sink::Sink,
  state::halves,
};
use crate::curves::Fr;
use ff::Field;

pub fn hash_at_most<S: Sink>(sink: &mut S, path: &str, active: bool, hash: &[u32; 8], target: Fr) {
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
  range_check(
    sink,
    &format!("{path}.below"),
    if active { room } else { Fr::ZERO },
    143,
  );
}

pub fn time_after_median<S: Sink>(sink: &mut S, path: &str, active: bool, time: u64, last: &[u64]) {
  sink.bit(format_args!("{path}.active"), active);
  sink.number(format_args!("{path}.time"), time);
  let mut count = 0;
  for (i, other) in last.iter().enumerate() {
    sink.number(format_args!("{path}.last[{i}]"), *other);
    let less = is_non_negative(sink, &format!("{path}.less[{i}]"), time as i64 - *other as i64 - 1, 32);
    count += i64::from(less);
  }
  range_check(
    sink,
    &format!("{path}.atLeastSix"),
    fr_signed(if active { count - 6 } else { 0 }),
    3,
  );
}

pub fn version_at_least<S: Sink>(sink: &mut S, path: &str, active: bool, height: u64, rule: &[u64; 3], version: u32) {
  sink.bit(format_args!("{path}.active"), active);
  sink.number(format_args!("{path}.height"), height);
  sink.bits(format_args!("{path}.bit"), [u64::from(version), 0, 0, 0], 32);
  let mut reached = [false; 3];
  for i in 0..3 {
    sink.number(format_args!("{path}.rule[{i}]"), rule[i]);
    reached[i] = is_non_negative(
      sink,
      &format!("{path}.reached[{i}]"),
      height as i64 - rule[i] as i64,
      32,
    );
  }
  let ruled = active && reached[0];
  sink.bit(format_args!("{path}.ruled"), ruled);
  let excess = i64::from(version as i32) - 2 - i64::from(reached[1]) - i64::from(reached[2]);
  range_check(
    sink,
    &format!("{path}.excess"),
    fr_signed(if ruled { excess } else { 0 }),
    31,
  );
}
