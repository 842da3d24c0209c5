//! A slow reference, written from the papers: dense sums over the definitions, big integers for what is an integer. It
//! shares no code with the engine but the field's own arithmetic.

use ff::{Field, PrimeField};
use std::sync::LazyLock;
use wsc_folding::curves::Fr;

const WIDTH: usize = 18;
const FULL: usize = 8;
const PARTIAL: usize = 59;

/// Round constants and the matrix.
pub type Constants = (Vec<Vec<Fr>>, Vec<Vec<Fr>>);

/// The reference script's generator over a plain vector of bits.
pub struct Grain(Vec<bool>);

impl Grain {
  pub fn new(width: u64, full: u64, partial: u64) -> Self {
    let mut text = String::new();
    text += &format!(
      "{:02b}{:04b}{:012b}{:012b}{:010b}{:010b}",
      1, 0, 254, width, full, partial
    );
    text += &"1".repeat(30);
    let mut grain = Grain(text.chars().map(|c| c == '1').collect());
    for _ in 0..160 {
      grain.next();
    }
    grain
  }

  fn next(&mut self) -> bool {
    let b = &self.0;
    let bit = b[62] ^ b[51] ^ b[38] ^ b[23] ^ b[13] ^ b[0];
    self.0.remove(0);
    self.0.push(bit);
    bit
  }

  /// 254 bits, the first the most significant.
  fn bits(&mut self) -> Vec<bool> {
    (0..254)
      .map(|_| {
        loop {
          let first = self.next();
          let second = self.next();
          if first {
            return second;
          }
        }
      })
      .collect()
  }

  fn value(bits: &[bool]) -> Fr {
    bits.iter().fold(Fr::ZERO, |sum, bit| {
      sum.double() + if *bit { Fr::ONE } else { Fr::ZERO }
    })
  }

  /// Below p or drawn again.
  pub fn constant(&mut self) -> Fr {
    // p, most significant bit first.
    let mut order: Vec<bool> = Vec::new();
    let top = (-Fr::ONE).to_repr();
    for at in (0..254).rev() {
      order.push(top.as_ref()[at / 8] >> (at % 8) & 1 == 1);
    }
    loop {
      let bits = self.bits();
      // At most p − 1.
      if bits <= order {
        return Grain::value(&bits);
      }
    }
  }

  pub fn reduced(&mut self) -> Fr {
    let bits = self.bits();
    Grain::value(&bits)
  }
}

/// Round constants and the matrix.
pub fn parameters(width: usize, full: usize, partial: usize) -> Constants {
  let mut grain = Grain::new(width as u64, full as u64, partial as u64);
  let mut constants = Vec::new();
  for _ in 0..full + partial {
    constants.push((0..width).map(|_| grain.constant()).collect());
  }
  let values: Vec<Fr> = (0..2 * width).map(|_| grain.reduced()).collect();
  let mut matrix = Vec::new();
  for x in &values[..width] {
    matrix.push(values[width..].iter().map(|y| (*x + y).invert().unwrap()).collect());
  }
  (constants, matrix)
}

/// One permutation of any width, round by round: half of the full rounds come before the partial ones.
pub fn permute(state: &[Fr], parameters: &Constants) -> Vec<Fr> {
  let mut state = state.to_vec();
  let width = state.len();
  let partial = FULL / 2..parameters.0.len() - FULL / 2;
  for (round, constants) in parameters.0.iter().enumerate() {
    for (element, constant) in state.iter_mut().zip(constants) {
      *element += constant;
    }
    let boxes = if partial.contains(&round) { 1 } else { width };
    for element in &mut state[..boxes] {
      *element = element.pow_vartime([5]);
    }
    state = parameters
      .1
      .iter()
      .map(|row| row.iter().zip(&state).map(|(m, s)| *m * s).sum())
      .collect();
  }
  state
}

/// The constants of Line's sponge.
pub static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| parameters(WIDTH, FULL, PARTIAL));

/// The sponge over the whole input at once: blocks of 17 are added and permuted.
pub fn sponge(tag: u64, blocks: &[&[Fr]]) -> Vec<Vec<Fr>> {
  sponge_over(&CONSTANTS, tag, blocks)
}

/// The same with other constants.
pub fn sponge_over(constants: &Constants, tag: u64, blocks: &[&[Fr]]) -> Vec<Vec<Fr>> {
  let mut state = vec![Fr::ZERO; WIDTH];
  state[0] = Fr::from(tag);
  let mut outputs = Vec::new();
  for block in blocks {
    let mut chunks = block.chunks(WIDTH - 1).peekable();
    while let Some(chunk) = chunks.next() {
      for (at, element) in chunk.iter().enumerate() {
        state[1 + at] += element;
      }
      if chunks.peek().is_some() {
        state = permute(&state, constants);
      }
    }
    state = permute(&state, constants);
    outputs.push(state[1..].to_vec());
  }
  outputs
}

/// Σ_i eq_i(β)·table_i by the definition.
pub fn extension(table: &[Fr], beta: &[Fr]) -> Fr {
  let mut sum = Fr::ZERO;
  for (i, value) in table.iter().enumerate() {
    let mut weight = Fr::ONE;
    for (j, b) in beta.iter().enumerate() {
      weight *= if i >> j & 1 == 1 { *b } else { Fr::ONE - b };
    }
    sum += weight * value;
  }
  sum
}

/// A circuit as dense matrices: columns are the variables, u, x.
#[derive(Clone)]
pub struct Circuit {
  pub a: Vec<Vec<Fr>>,
  pub b: Vec<Vec<Fr>>,
  pub c: Vec<Vec<Fr>>,
}

pub fn dense(matrix: &[Vec<Fr>], z: &[Fr]) -> Vec<Fr> {
  matrix
    .iter()
    .map(|row| row.iter().zip(z).map(|(m, v)| *m * v).sum())
    .collect()
}

impl Circuit {
  /// Az∘Bz − u·Cz.
  pub fn error(&self, w: &[Fr], u: Fr, x: Fr) -> Vec<Fr> {
    let z = [w, &[u, x]].concat();
    let (a, b, c) = (dense(&self.a, &z), dense(&self.b, &z), dense(&self.c, &z));
    (0..a.len()).map(|i| a[i] * b[i] - u * c[i]).collect()
  }
}

/// γ's bits from the canonical form, and γ as an integer combination.
pub fn gamma(squeezed: &Fr, lambda: Fr) -> Fr {
  let bit = |at: usize| u64::from(squeezed.to_repr().as_ref()[at / 8] >> (at % 8) & 1);
  let mut sum = Fr::from(2).pow_vartime([65]) * (Fr::ONE + lambda);
  for j in 0..64 {
    let sign = Fr::from(2 * bit(64 + j)) - Fr::ONE;
    let digit = Fr::ONE + lambda - lambda.double() * Fr::from(bit(j));
    sum += Fr::from(2).pow_vartime([j as u64]) * sign * digit;
  }
  sum
}

/// Coefficients of the polynomial of least degree through (0, v₀), (1, v₁), …
pub fn interpolate(values: &[Fr]) -> Vec<Fr> {
  let n = values.len();
  let mut out = vec![Fr::ZERO; n];
  for (i, value) in values.iter().enumerate() {
    let mut basis = vec![Fr::ONE];
    let mut scale = Fr::ONE;
    for j in (0..n).filter(|j| *j != i) {
      let root = Fr::from(j as u64);
      let mut next = vec![Fr::ZERO; basis.len() + 1];
      for (k, c) in basis.iter().enumerate() {
        next[k + 1] += c;
        next[k] -= *c * root;
      }
      basis = next;
      scale *= Fr::from(i as u64) - root;
    }
    let factor = *value * scale.invert().unwrap();
    for (o, b) in out.iter_mut().zip(&basis) {
      *o += factor * b;
    }
  }
  out
}
