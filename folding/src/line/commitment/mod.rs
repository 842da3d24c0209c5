//! Commitments to the witness of a step. Nine tenths of it are bits, the rest mostly numbers of full size, always in the
//! same columns: bits are looked up four at a time among stored sums of neighbouring generators, full-size numbers are
//! summed over stored multiples, and what is neither takes the ordinary way. Both are made from the key once that pays.

pub mod multiples;
pub mod widths;

use self::{
  multiples::{Multiples, Plain},
  widths::large,
};
use crate::{
  affine::{Affine, BATCH, Point, Scratch},
  curves::{Fq, Fr},
  line::curve::{G, H},
  msm::msm,
  sparse::Shape,
};
use ff::Field;
use halo2curves::{bn256::G1, group::prime::PrimeCurveAffine, grumpkin};
use rayon::prelude::*;
use std::ops::Range;

/// Neighbours whose sums are stored.
const NEIGHBOURS: usize = 4;
/// Sums of neighbours that are not empty.
const SUMS: usize = (1 << NEIGHBOURS) - 1;
/// Digits of full-size numbers.
const WIDTH: usize = 13;
/// Columns that one task looks at.
const COLUMNS_A_TASK: usize = 1 << 12;
const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub struct Tables {
  /// For neighbours g: the sum of those that the bits of s name stands at g·SUMS + s − 1.
  sums: Vec<G>,
  /// Number of a column's generator among the multiples.
  numbers: Vec<u32>,
  multiples: Multiples<G>,
}

/// A witness by kind.
#[derive(Default)]
struct Sorted {
  sums: Vec<u32>,
  large: Vec<(u32, Fr)>,
  rest: Vec<usize>,
}

impl Tables {
  pub fn of(shape: &Shape<Fr>, bases: &[G]) -> Self {
    let mut numbers = vec![NONE; bases.len()];
    let mut chosen = Vec::new();
    for (column, large) in large(shape).into_iter().enumerate() {
      if large && column < bases.len() {
        numbers[column] = chosen.len() as u32;
        chosen.push(bases[column]);
      }
    }
    Tables {
      sums: subset_sums(bases),
      numbers,
      multiples: Multiples::of(&chosen, WIDTH),
    }
  }

  /// Σ values[c]·bases[c] over the columns of a range.
  pub fn commit(&self, bases: &[G], values: &[Fr], columns: Range<usize>) -> G1 {
    let end = columns.end;
    let first = columns.start / NEIGHBOURS * NEIGHBOURS;
    let tasks: Vec<usize> = (first..end).step_by(COLUMNS_A_TASK).collect();
    let sorted: Vec<Sorted> = tasks
      .par_iter()
      .map(|start| self.sort(values, columns.start, *start..end.min(start + COLUMNS_A_TASK)))
      .collect();
    let sums: Vec<u32> = sorted.iter().flat_map(|part| &part.sums).copied().collect();
    let large: Vec<(u32, Fr)> = sorted.iter().flat_map(|part| &part.large).copied().collect();
    let rest: Vec<usize> = sorted.iter().flat_map(|part| &part.rest).copied().collect();
    let plain = Plain {
      table: &self.sums,
      places: &sums,
    };
    let scalars: Vec<Fr> = rest.iter().map(|column| values[*column]).collect();
    let points: Vec<G> = rest.iter().map(|column| bases[*column]).collect();
    self.multiples.sum(&large, &plain) + msm(&scalars, &points)
  }

  /// Columns of a task, from `from` on, by kind.
  fn sort(&self, values: &[Fr], from: usize, columns: Range<usize>) -> Sorted {
    let mut sorted = Sorted::default();
    for start in columns.clone().step_by(NEIGHBOURS) {
      let mut bits = 0;
      let end = columns.end.min(start + NEIGHBOURS);
      let first = start.max(from).min(end);
      let neighbours = &values[first..end];
      for (column, value) in (first..).zip(neighbours) {
        if *value == Fr::ZERO {
          continue;
        }
        if *value == Fr::ONE {
          bits |= 1 << (column - start);
          continue;
        }
        match self.numbers[column] {
          NONE => sorted.rest.push(column),
          number => sorted.large.push((number, *value)),
        }
      }
      if bits != 0 {
        sorted.sums.push((start / NEIGHBOURS * SUMS + bits - 1) as u32);
      }
    }
    sorted
  }
}

/// Digits of CycleFold's numbers: fewer numbers pay for fewer buckets.
const CYCLE_WIDTH: usize = 10;

/// The same for CycleFold's witness and cross term, nearly all of full size.
#[derive(Debug)]
pub struct CycleTables(Multiples<H>);

impl CycleTables {
  pub fn of(bases: &[H]) -> Self {
    CycleTables(Multiples::of(bases, CYCLE_WIDTH))
  }

  pub fn commit(&self, values: &[Fq]) -> grumpkin::G1 {
    let numbered = values.iter().enumerate().filter(|(_, value)| **value != Fq::ZERO);
    let terms: Vec<(u32, Fq)> = numbered.map(|(number, value)| (number as u32, *value)).collect();
    self.0.sum(
      &terms,
      &Plain {
        table: &[],
        places: &[],
      },
    )
  }
}

/// Sums of all subsets of each four neighbours; the last ones are filled up with the neutral element.
fn subset_sums(bases: &[G]) -> Vec<G> {
  let groups = bases.len().div_ceil(NEIGHBOURS);
  let mut out = vec![G::identity(); groups * SUMS];
  out
    .par_chunks_mut(BATCH * SUMS)
    .zip(bases.par_chunks(BATCH * NEIGHBOURS))
    .for_each_init(Scratch::default, |scratch, (out, bases)| {
      let base = |group: usize, bit: usize| bases.get(group * NEIGHBOURS + bit).map_or(Point::NEUTRAL, Point::of);
      let groups = bases.len().div_ceil(NEIGHBOURS);
      // A subset is its highest member and the subset of the others.
      for subset in 1..=SUMS {
        let bit = subset.ilog2() as usize;
        let others = subset ^ 1 << bit;
        let sums: Vec<Point<_>> = (0..groups)
          .map(|group| match others {
            0 => Point::NEUTRAL,
            others => Point::of(&out[group * SUMS + others - 1]),
          })
          .collect();
        let pairs = sums.into_iter().enumerate().map(|(group, sum)| (sum, base(group, bit)));
        scratch.add(pairs, |group, sum| out[group * SUMS + subset - 1] = G::of(sum.x, sum.y));
      }
    });
  out
}

#[cfg(test)]
mod tests {
  use super::*;
  use crate::{
    line::circuit::builder::Builder,
    sparse::{Matrix, Term},
  };
  use ff::PrimeField;
  use halo2curves::group::Curve;
  use rand_core::SeedableRng;

  /// Bits, sums of bits and two free numbers: only what follows from nothing small is large.
  #[test]
  fn rows_tell_what_is_large() {
    let mut cs = Builder::<Fr>::recording(0);
    let bits: Vec<_> = (0..40).map(|_| cs.bit("bit", true)).collect();
    let both = cs.product("both", &bits[0], &bits[1]);
    cs.product("thrice", &both.plus(&bits[2]), &bits[3]);
    let word = cs.packed(&bits[..32]);
    let copy = cs.wire("copy", word.value);
    cs.equal("copy", &copy, &word);
    let free = cs.wire("free", Fr::from(7));
    cs.product("square", &free, &free);
    // A bit, written as circuits write the parity of three.
    let sum = bits[0].plus(&bits[1]).plus(&bits[2]);
    let parity = cs.wire("carry", Fr::ONE);
    let four = parity.scaled(Fr::from(4));
    let six = parity.scaled(Fr::from(6));
    cs.enforce("parity", &sum, &sum.minus(&four), &six.minus(&sum));
    let shape = cs.shape(64, 64).unwrap();
    let large: Vec<usize> = (0..64).filter(|column| large(&shape)[*column]).collect();
    assert_eq!(large, [43, 44]);
  }

  #[test]
  fn equals_the_ordinary_sum() {
    let mut random = rand_chacha::ChaCha20Rng::seed_from_u64(11);
    let n = 256;
    let bases: Vec<G> = (0..n)
      .map(|_| (G::generator() * Fr::random(&mut random)).to_affine())
      .collect();
    // Every third column is a free number, the others are bits by their rows.
    let mut matrices: [Matrix; 3] = Default::default();
    for column in 0..n as u32 {
      let term = |column: u32, coefficient: u32| Term { column, coefficient };
      matrices[0].terms.push(term(column, 0));
      matrices[1].terms.push(term(column, 0));
      if column % 3 == 0 {
        matrices[2].terms.push(term(column, 2));
      } else {
        matrices[1].terms.push(term(n as u32, 1));
      }
      for matrix in &mut matrices {
        matrix.ends.push(matrix.terms.len() as u32);
      }
    }
    let shape = Shape {
      constraints: n,
      variables: n,
      io: 1,
      table: vec![Fr::ONE, -Fr::ONE, Fr::TWO_INV],
      matrices,
    };
    let tables = Tables::of(&shape, &bases);
    let large = tables.numbers.iter().filter(|number| **number != NONE);
    assert_eq!(large.count(), 86);
    // Values that are what the columns promise, and values that are not.
    let edge = [
      Fr::ZERO,
      Fr::ONE,
      -Fr::ONE,
      Fr::from(2),
      Fr::from(u64::MAX),
      -Fr::from(u64::MAX),
      Fr::TWO_INV,
      Fr::TWO_INV - Fr::ONE,
    ];
    for round in 0..6 {
      let values: Vec<Fr> = (0..n)
        .map(|column| match (round, column % 5) {
          (0, _) => Fr::ONE,
          (1, _) => Fr::ZERO,
          (2, at) => edge[(at + column) % edge.len()],
          (_, 0) => Fr::random(&mut random),
          _ => Fr::from(u64::from(column as u32 / 7 % 2)),
        })
        .collect();
      for range in [0..n, 0..101, 101..n, 6..7, 9..9] {
        let expected = msm(&values[range.clone()], &bases[range.clone()]);
        assert_eq!(tables.commit(&bases, &values, range), expected);
      }
    }
  }
}
