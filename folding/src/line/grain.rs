//! The Grain LFSR that Poseidon's reference script draws its constants from (eprint 2019/458, appendix F), for the field
//! GF(p) and the S-box x^α.

use crate::curves::Fr;
use ff::{Field, PrimeField};
use std::collections::VecDeque;

const FIELD_GF_P: u32 = 1;
const SBOX_POWER: u32 = 0;
/// First bits thrown away.
const WARM_UP: usize = 160;

pub struct Grain {
  bits: VecDeque<bool>,
  /// Of one number.
  size: u32,
}

impl Grain {
  pub fn new(field_bits: u32, width: u32, full_rounds: u32, partial_rounds: u32) -> Self {
    let fields = [
      (FIELD_GF_P, 2),
      (SBOX_POWER, 4),
      (field_bits, 12),
      (width, 12),
      (full_rounds, 10),
      (partial_rounds, 10),
    ];
    let mut bits: VecDeque<bool> = fields
      .iter()
      .flat_map(|(value, size)| (0..*size).rev().map(move |bit| value >> bit & 1 == 1))
      .collect();
    bits.extend([true; 30]);
    let mut grain = Grain { bits, size: field_bits };
    for _ in 0..WARM_UP {
      grain.step();
    }
    grain
  }

  fn step(&mut self) -> bool {
    let new = [62, 51, 38, 23, 13, 0]
      .iter()
      .fold(false, |sum, at| sum ^ self.bits[*at]);
    self.bits.pop_front();
    self.bits.push_back(new);
    new
  }

  /// Of two bits the second counts where the first is set.
  fn bit(&mut self) -> bool {
    while !self.step() {
      self.step();
    }
    self.step()
  }

  /// A number of `size` bits, the most significant first, as little-endian bytes.
  fn number(&mut self) -> [u8; 32] {
    let mut bytes = [0; 32];
    for at in (0..self.size as usize).rev() {
      bytes[at / 8] |= u8::from(self.bit()) << (at % 8);
    }
    bytes
  }

  /// The next number below the field's order.
  pub fn constant(&mut self) -> Fr {
    loop {
      if let Some(value) = Option::from(Fr::from_repr(self.number().into())) {
        return value;
      }
    }
  }

  /// The next number, reduced.
  pub fn reduced(&mut self) -> Fr {
    let two = Fr::from(2);
    self
      .number()
      .iter()
      .rev()
      .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
      .fold(Fr::ZERO, |sum, bit| sum * two + Fr::from(u64::from(bit)))
  }
}
