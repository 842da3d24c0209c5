//! Which variables of a circuit can be large. Most are bits, or sums of few bits, and the rows say so; the others get
//! stored multiples of their generators. A guess that costs time where it is wrong, and nothing else.

use crate::sparse::{Shape, Term};
use ff::{Field, PrimeField};

/// Bits of a number that is not known to be short.
const LONG: u32 = 255;
/// Longest number that counts as short.
const SHORT: u32 = 40;
/// Passes over the rows; circuits define wires mostly in their order.
const PASSES: usize = 8;

/// Bits of the smaller of a value and its negative; `LONG` beyond 62.
fn length<F: PrimeField>(value: &F) -> u32 {
  let bits = |value: &F| {
    let repr = value.to_repr();
    let bytes = repr.as_ref();
    let mut low = [0; 8];
    low.copy_from_slice(&bytes[..8]);
    let short = bytes[8..].iter().all(|byte| *byte == 0);
    if short {
      64 - u64::from_le_bytes(low).leading_zeros()
    } else {
      LONG
    }
  };
  bits(value).min(bits(&-*value))
}

/// What one side of a row is known to be: bits of the short part, and the one variable that is not known to be short.
struct Side {
  bits: u32,
  unknown: Option<Term>,
  unknowns: usize,
  /// Whether a coefficient is not short.
  wide: bool,
}

/// For every variable whether it may be large.
pub fn large<F: PrimeField>(shape: &Shape<F>) -> Vec<bool> {
  let coefficients: Vec<u32> = shape.table.iter().map(length).collect();
  let mut known = vec![LONG; shape.variables];
  let side = |terms: &[Term], known: &[u32]| {
    let mut side = Side {
      bits: 0,
      unknown: None,
      unknowns: 0,
      wide: false,
    };
    for term in terms {
      let bits = match (term.column as usize).checked_sub(shape.variables) {
        None => known[term.column as usize],
        Some(0) => 1,
        Some(_) => LONG,
      };
      let coefficient = coefficients[term.coefficient as usize];
      if bits > SHORT || coefficient == LONG {
        side.unknown = Some(*term);
        side.unknowns += 1;
        side.wide |= coefficient == LONG;
      } else {
        side.bits = side.bits.max(bits + coefficient);
      }
    }
    side.bits += terms.len().next_power_of_two().ilog2();
    side
  };
  let rows = shape.matrices[0].ends.len();
  for _ in 0..PASSES {
    let mut changed = false;
    for row in 0..rows {
      let terms = shape.matrices.each_ref().map(|matrix| matrix.row(row));
      if let Some(column) = boolean(shape, terms) {
        changed |= known[column] > 1;
        known[column] = 1;
        continue;
      }
      let sides = terms.map(|terms| side(terms, &known));
      let [a, b, c] = &sides;
      // The one unknown of the row, where the rest bounds it.
      let (unknown, bits) = match (a.unknowns, b.unknowns, c.unknowns) {
        (0, 0, 1) => (c.unknown, (a.bits + b.bits).max(c.bits) + 1),
        (1, 0, 0) if unit(shape, terms[1]) => (a.unknown, a.bits.max(c.bits) + 1),
        (0, 1, 0) if unit(shape, terms[0]) => (b.unknown, b.bits.max(c.bits) + 1),
        _ => (alone(&sides), 1),
      };
      if let Some(Term { column, coefficient }) = unknown
        && (column as usize) < shape.variables
        && (coefficient < 2 || bits == 1)
        && bits < known[column as usize]
      {
        known[column as usize] = bits;
        changed |= bits <= SHORT;
      }
    }
    if !changed {
      break;
    }
  }
  let mut used = vec![false; shape.variables];
  for term in shape.matrices.iter().flat_map(|matrix| &matrix.terms) {
    if let Some(used) = used.get_mut(term.column as usize) {
      *used = true;
    }
  }
  known
    .iter()
    .zip(used)
    .map(|(bits, used)| used && *bits > SHORT)
    .collect()
}

/// The one unknown of a row that has it on several sides, with short coefficients: the rest determines it, and circuits
/// write bits this way, (a + b + c)·(a + b + c − 4x) = …
fn alone(sides: &[Side; 3]) -> Option<Term> {
  let mut unknowns = sides.iter().filter_map(|side| side.unknown);
  let first = unknowns.next()?;
  let short = sides.iter().all(|side| side.unknowns < 2 && !side.wide);
  (short && unknowns.all(|term| term.column == first.column)).then_some(first)
}

/// The variable of x·(1 − x) = 0, whichever way it is written.
fn boolean<F: Field>(shape: &Shape<F>, [a, b, c]: [&[Term]; 3]) -> Option<usize> {
  let (single, pair) = match (a.len(), b.len(), c.len()) {
    (1, 2, 0) => (a[0], b),
    (2, 1, 0) => (b[0], a),
    _ => return None,
  };
  let other = pair.iter().find(|term| term.column as usize == shape.variables)?;
  let same = pair.iter().find(|term| term.column == single.column)?;
  let value = |term: &Term| shape.table[term.coefficient as usize];
  let holds = (single.column as usize) < shape.variables && value(other) + value(same) == F::ZERO;
  holds.then_some(single.column as usize)
}

/// Whether a side is the constant 1 or −1.
fn unit<F>(shape: &Shape<F>, terms: &[Term]) -> bool {
  matches!(terms, [term] if term.column as usize == shape.variables && term.coefficient < 2)
}
