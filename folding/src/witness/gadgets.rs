//! The signals of circuits/lib/range.circom, and of unpacking.

use super::{
  numbers::{field32, fr_signed},
  sink::{Sink, limbs},
};
use crate::curves::Fr;
use ff::Field;

/// Bits of an element that may be the residue of a negative number.
pub fn residue_bits<S: Sink>(sink: &mut S, path: &str, value: Fr, bits: usize) {
  sink.element(format_args!("{path}.in"), value);
  sink.bits(format_args!("{path}.bit"), limbs(&value), bits);
}

pub fn range_check<S: Sink>(sink: &mut S, path: &str, value: Fr, bits: usize) {
  residue_bits(sink, path, value, bits - 1);
}

pub fn is_non_negative<S: Sink>(sink: &mut S, path: &str, value: i64, bits: usize) -> bool {
  sink.element(format_args!("{path}.in"), fr_signed(value));
  let shifted = (i128::from(value) + (1i128 << bits)) as u128;
  sink.bits(
    format_args!("{path}.bit"),
    [shifted as u64, (shifted >> 64) as u64, 0, 0],
    bits,
  );
  sink.bit(format_args!("{path}.out"), value >= 0);
  value >= 0
}

pub fn is_zero<S: Sink>(sink: &mut S, path: &str, value: Fr) -> bool {
  let inverse: Option<Fr> = value.invert().into();
  sink.element(format_args!("{path}.in"), value);
  sink.element(format_args!("{path}.inverse"), inverse.unwrap_or(Fr::ZERO));
  sink.bit(format_args!("{path}.out"), inverse.is_none());
  inverse.is_none()
}

pub fn bits_of<S: Sink>(sink: &mut S, path: &str, value: [u64; 4], bits: usize) {
  sink.write(format_args!("{path}.in"), value);
  sink.bits(format_args!("{path}.out"), value, bits);
}

pub fn unpack32<S: Sink>(sink: &mut S, path: &str, value: &[u64; 4], count: usize) -> Vec<u64> {
  sink.write(format_args!("{path}.in"), *value);
  bits_of(sink, &format!("{path}.bits"), *value, 32 * count);
  let fields: Vec<u64> = (0..count).map(|f| field32(value, f, 0)).collect();
  for (f, field) in fields.iter().enumerate() {
    sink.number(format_args!("{path}.field[{f}]"), *field);
  }
  fields
}
