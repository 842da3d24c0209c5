//! The signals of circuits/bus/retarget.circom and work.circom.

use super::{
  gadgets::{is_non_negative, is_zero, range_check},
  numbers::{divide, fr, long_division_of_2_144, power, select, shift_right},
  sink::{Sink, limbs},
  state::{Params, SMALLEST_SIZE},
};
use crate::curves::Fr;
use ff::Field;

const MIN_SPAN: i64 = 302_400;
const MAX_SPAN: i64 = 4_838_400;
const WANTED_SPAN: u64 = 1_209_600;

/// Retarget's outputs: compact value and target.
pub struct Required {
  pub compact: u64,
  pub target: Fr,
}

pub fn retarget<S: Sink>(sink: &mut S, old: Fr, first: u64, last: u64, params: &Params) -> Required {
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

  let (quotient, remainder) = divide(limbs(&product), WANTED_SPAN);
  sink.bits(format_args!("{path}.bit"), quotient, 124);
  range_check(sink, &format!("{path}.remainderLow"), Fr::from(remainder), 21);
  range_check(
    sink,
    &format!("{path}.remainderHigh"),
    Fr::from(WANTED_SPAN - 1 - remainder),
    21,
  );

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
  range_check(
    sink,
    &format!("{path}.mantissaLow"),
    Fr::from(mantissa) - Fr::from(1 << 15),
    23,
  );
  range_check(sink, &format!("{path}.mantissaHigh"), Fr::from(mantissa), 23);

  let unlimited = mantissa + (size << 24);
  let over = is_non_negative(
    sink,
    &format!("{path}.over"),
    unlimited as i64 - params.limit as i64 - 1,
    32,
  );
  let compact = select(over, params.limit, unlimited);
  let unlimited_target = Fr::from(mantissa) * scale;
  let target = if over { params.limit_target } else { unlimited_target };
  sink.number(format_args!("{path}.compact"), compact);
  sink.element(format_args!("{path}.unlimitedTarget"), unlimited_target);
  sink.element(format_args!("{path}.target"), target);
  Required { compact, target }
}

/// floor(2^256 / (target·2^112 + 1)), by the long division of 2^144 by target; 0 for a target of 0.
pub fn block_work<S: Sink>(sink: &mut S, target: Fr) -> Fr {
  let path = "main.newWork";
  let (mut quotient, left) = long_division_of_2_144(&limbs(&target));
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
  let whole = is_zero(
    sink,
    &format!("{path}.whole"),
    fr([bottom as u64, (bottom >> 64) as u64, 0, 0]),
  );
  range_check(
    sink,
    &format!("{path}.atLeast"),
    u - Fr::from(top) - Fr::from(u64::from(!whole)),
    144,
  );
  range_check(sink, &format!("{path}.atMost"), target + Fr::from(top) - u, 144);
  fr(work)
}
