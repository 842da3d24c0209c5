//! The signals of circuits/storage/certify.circom: six samples of a blob as a provider keeps it, one step of a certificate.

use super::{
  order::Order,
  sink::{Sink, limbs},
  wide::Circomlib,
};
use crate::{
  curves::Fr,
  error::{Code, Error, Result},
  field::{self, FIELD_BYTES},
  storage::{
    hash,
    mask::{ELEMENTS, KEYS_TAG, ROUNDS, SIDE, constant, layer, place},
    tree::{self, ARITY, ROW_TAG, UNIT_TAG},
  },
};
use ff::Field;
use std::sync::LazyLock;

static OF_TWO: LazyLock<Circomlib<3>> = LazyLock::new(|| Circomlib::of(&hash::OF_TWO));
static OF_SIXTEEN: LazyLock<Circomlib<{ ARITY + 1 }>> = LazyLock::new(|| Circomlib::of(&tree::POSEIDON));

/// Samples of a step.
const SAMPLES: usize = 6;
/// Base, root, units, seed, number of the next sample.
const STATE: usize = 5;
/// Levels between a unit and its blob's root; their tags follow one another.
const LEVELS: usize = 4;
const CHUNK_TAG: u64 = 35;
const SAMPLE_TAG: u64 = 25;

const FIELD_BITS: usize = 254;
/// Of a unit's number, and below them those that the product with β is cut at.
const NUMBER_BITS: usize = 16;
const CUT_BITS: usize = 64;

/// Bytes of an encoded input: state, then the samples' elements, then the children of the nodes above them.
pub const INPUT_BYTES: usize = FIELD_BYTES * (STATE + SAMPLES * (ELEMENTS + LEVELS * ARITY));

/// The inputs of one step, as the circuit takes them.
pub struct CertifyInput {
  elements: Vec<Fr>,
}

impl CertifyInput {
  pub fn decode(bytes: &[u8]) -> Result<Self> {
    let elements = if bytes.len() == INPUT_BYTES {
      field::decode_vec(bytes)
    } else {
      None
    };
    let malformed = || Error::new(Code::Witness, "step input: not these canonical elements");
    Ok(CertifyInput {
      elements: elements.ok_or_else(malformed)?,
    })
  }

  fn state(&self) -> &[Fr] {
    &self.elements[..STATE]
  }

  fn encoded(&self, sample: usize) -> &[Fr] {
    &self.elements[STATE + sample * ELEMENTS..][..ELEMENTS]
  }

  fn children(&self, sample: usize, level: usize) -> &[Fr] {
    &self.elements[STATE + SAMPLES * ELEMENTS + (sample * LEVELS + level) * ARITY..][..ARITY]
  }
}

/// The generator for one compilation of the circuit.
pub struct CertifyWitness {
  order: Order,
}

impl CertifyWitness {
  /// `sym`: circom's symbol file.
  pub fn new(sym: &str) -> Result<Self> {
    let nothing = CertifyInput {
      elements: vec![Fr::ZERO; INPUT_BYTES / FIELD_BYTES],
    };
    let order = Order::new(sym, |names| step(names, &nothing))?;
    Ok(CertifyWitness { order })
  }

  pub fn wires(&self) -> usize {
    self.order.wires()
  }

  /// All wires, 32 bytes each, in circom's order. Units that are none of the blob give a witness that satisfies no circuit.
  pub fn compute(&self, input: &CertifyInput) -> Vec<u8> {
    self.order.fill(|values| step(values, input))
  }
}

/// CertifyStep: gives every signal of the circuit.
fn step<S: Sink>(sink: &mut S, input: &CertifyInput) {
  let state = input.state();
  for (i, element) in state.iter().enumerate() {
    sink.element(format_args!("main.state[{i}]"), *element);
    let next = if i == STATE - 1 {
      *element + Fr::from(SAMPLES as u64)
    } else {
      *element
    };
    sink.element(format_args!("main.next[{i}]"), next);
  }
  for sample in 0..SAMPLES {
    let number = state[4] + Fr::from(sample as u64);
    let [beta, _] = OF_TWO.hash(sink, &format!("main.beta[{sample}]"), SAMPLE_TAG, &[state[3], number]);
    let bits = drawn_unit(sink, &format!("main.draw[{sample}]"), beta, state[2]);
    let path = format!("main.opened[{sample}]");
    for (i, element) in input.encoded(sample).iter().enumerate() {
      sink.element(format_args!("main.encoded[{sample}][{i}]"), *element);
      sink.element(format_args!("{path}.encoded[{i}]"), *element);
    }
    for level in 0..LEVELS {
      for (i, element) in input.children(sample, level).iter().enumerate() {
        sink.element(format_args!("main.children[{sample}][{level}][{i}]"), *element);
        sink.element(format_args!("{path}.children[{level}][{i}]"), *element);
      }
    }
    opened_unit(sink, &path, state[0], bits, input, sample);
  }
}

/// DrawnUnit(16): the bits of the unit's number.
fn drawn_unit<S: Sink>(sink: &mut S, path: &str, beta: Fr, count: Fr) -> u64 {
  sink.element(format_args!("{path}.beta"), beta);
  sink.element(format_args!("{path}.count"), count);
  canonical_bits(sink, &format!("{path}.canonical"), beta);
  let low = Fr::from(limbs(&beta)[0]);
  let product = low * count;
  let value = limbs(&product);
  sink.element(format_args!("{path}.product.in"), product);
  sink.bits(format_args!("{path}.product.out"), value, CUT_BITS + NUMBER_BITS);
  let number = value[CUT_BITS / 64] & ((1 << NUMBER_BITS) - 1);
  sink.bits(format_args!("{path}.bit"), [number, 0, 0, 0], NUMBER_BITS);
  number
}

/// CanonicalBits: 254 bits, and for each run of zeros of p − 1 a quotient.
fn canonical_bits<S: Sink>(sink: &mut S, path: &str, value: Fr) {
  let own = limbs(&value);
  let most = limbs(&-Fr::ONE);
  sink.element(format_args!("{path}.in"), value);
  sink.bits(format_args!("{path}.out"), own, FIELD_BITS);
  let bit = |of: &[u64; 4], at: usize| of[at / 64] >> (at % 64) & 1 == 1;
  let (mut lacking, mut above, mut run) = (0u64, 0u64, 0);
  for at in (0..FIELD_BITS).rev() {
    if bit(&most, at) {
      lacking += u64::from(!bit(&own, at));
      continue;
    }
    above += u64::from(bit(&own, at));
    if at == 0 || bit(&most, at - 1) {
      // Zero stays zero: such a number has no ones there either.
      let inverse: Option<Fr> = Fr::from(lacking).invert().into();
      let quotient = Fr::from(above) * inverse.unwrap_or(Fr::ZERO);
      sink.element(format_args!("{path}.quotient[{run}]"), quotient);
      above = 0;
      run += 1;
    }
  }
}

/// OpenedUnit: the unit without its mask, its root, and the path to the blob's.
fn opened_unit<S: Sink>(sink: &mut S, path: &str, base: Fr, number: u64, input: &CertifyInput, sample: usize) {
  sink.element(format_args!("{path}.base"), base);
  sink.bits(format_args!("{path}.bit"), [number, 0, 0, 0], NUMBER_BITS);
  let keys = OF_TWO.hash(sink, &format!("{path}.keys"), KEYS_TAG, &[base, Fr::from(number)]);
  let elements = unmask(sink, &format!("{path}.mask"), keys, input.encoded(sample));
  let rows: Vec<Fr> = (0..ARITY)
    .map(|row| {
      let path = format!("{path}.unit.row[{row}]");
      OF_SIXTEEN.hash(sink, &path, ROW_TAG, &elements[ARITY * row..][..ARITY])[0]
    })
    .collect();
  for (i, element) in elements.iter().enumerate() {
    sink.element(format_args!("{path}.unit.element[{i}]"), *element);
  }
  let mut child = OF_SIXTEEN.hash(sink, &format!("{path}.unit.unit"), UNIT_TAG, &rows)[0];
  sink.element(format_args!("{path}.unit.out"), child);
  sink.element(format_args!("{path}.path.child"), child);
  sink.bits(format_args!("{path}.path.bit"), [number, 0, 0, 0], NUMBER_BITS);
  for level in 0..LEVELS {
    let digit = number >> (4 * level) & 15;
    let children = input.children(sample, level);
    for (i, element) in children.iter().enumerate() {
      sink.element(format_args!("{path}.path.children[{level}][{i}]"), *element);
    }
    child = tree_node(
      sink,
      &format!("{path}.path.node[{level}]"),
      CHUNK_TAG + level as u64,
      child,
      digit,
      children,
    );
  }
  sink.element(format_args!("{path}.path.out"), child);
  sink.element(format_args!("{path}.root"), child);
}

/// Unmask: fifth powers less the keys, then D times each line, four rounds backwards.
fn unmask<S: Sink>(sink: &mut S, path: &str, [k1, k2]: [Fr; 2], encoded: &[Fr]) -> Vec<Fr> {
  sink.element(format_args!("{path}.k1"), k1);
  sink.element(format_args!("{path}.k2"), k2);
  for (i, element) in encoded.iter().enumerate() {
    sink.element(format_args!("{path}.encoded[{i}]"), *element);
  }
  let matrix = layer::MATRIX.map(|row| row.map(Fr::from));
  let mut state = encoded.to_vec();
  for round in (0..ROUNDS).rev() {
    for (i, element) in state.iter_mut().enumerate() {
      let square = element.square();
      let fourth = square.square();
      let fifth = fourth * *element;
      sink.element(format_args!("{path}.square[{round}][{i}]"), square);
      sink.element(format_args!("{path}.fourth[{round}][{i}]"), fourth);
      sink.element(format_args!("{path}.fifth[{round}][{i}]"), fifth);
      *element = fifth - k1 - CONSTANTS[round][i] * k2;
    }
    for line in 0..SIDE {
      let values: [Fr; SIDE] = std::array::from_fn(|at| state[place(round, line, at)]);
      for (at, row) in matrix.iter().enumerate() {
        state[place(round, line, at)] = row.iter().zip(&values).map(|(d, value)| *d * value).sum();
      }
    }
  }
  for (i, element) in state.iter().enumerate() {
    sink.element(format_args!("{path}.element[{i}]"), *element);
  }
  state
}

static CONSTANTS: LazyLock<[[Fr; ELEMENTS]; ROUNDS]> =
  LazyLock::new(|| std::array::from_fn(|round| std::array::from_fn(|at| constant(round, at))));

/// TreeNode: the child chosen among sixteen, and their hash.
fn tree_node<S: Sink>(sink: &mut S, path: &str, tag: u64, child: Fr, digit: u64, children: &[Fr]) -> Fr {
  sink.element(format_args!("{path}.child"), child);
  sink.bits(format_args!("{path}.digit"), [digit, 0, 0, 0], 4);
  let mut chosen = Vec::with_capacity(14);
  let mut among = children.to_vec();
  for level in 0..3 {
    let right = digit >> level & 1 == 1;
    among = among
      .as_chunks()
      .0
      .iter()
      .map(|[left, other]: &[Fr; 2]| if right { *other } else { *left })
      .collect();
    chosen.extend_from_slice(&among);
  }
  for (i, element) in children.iter().enumerate() {
    sink.element(format_args!("{path}.children[{i}]"), *element);
  }
  for (i, element) in chosen.iter().enumerate() {
    sink.element(format_args!("{path}.chosen[{i}]"), *element);
  }
  let [out, _] = OF_SIXTEEN.hash(sink, &format!("{path}.hash"), tag, children);
  sink.element(format_args!("{path}.out"), out);
  out
}
