//! What the rows of a circuit determine, found from the rows alone: told some columns, it finds the others one after the
//! other, by rules each of which leaves one value. What no rule finds is free, as far as this program can tell. The plan
//! so found computes a whole witness, also one in which chosen columns are wrong: everything that follows from a wrong
//! value follows consistently, so that just the rows of the wrong columns break.

use ff::{Field, PrimeField};
use std::collections::{BTreeSet, HashMap};
use wsc_folding::line::circuit::builder::{Builder, Row};

pub(super) type Side<F> = Vec<(u32, F)>;

/// The constant has number 0, public values have 1 and up, a column c has FIRST + c.
pub const ONE: u32 = 0;
const FIRST: u32 = 16;

/// The number of a variable's column.
pub fn variable(column: usize) -> u32 {
  FIRST + column as u32
}

fn number<F: PrimeField>(column: u32) -> u32 {
  let one = Builder::<F>::column_of_one();
  if column > one / 2 { one - column } else { FIRST + column }
}

/// How columns follow from others.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
  /// The one unknown of its row, with a coefficient that is a constant.
  Linear,
  /// The one unknown of its row, times a combination of known columns: one value unless that combination is zero.
  Quotient,
  /// The same where the product is a constant but zero: the combination cannot be zero.
  Inverse,
  /// Bits of a number: each is 0 or 1 by a row of its own, no sum of them occurs twice.
  Bits,
  /// All 254 bits of a number, of which the rows around them say that they are those of the number below p.
  Canonical,
  /// 1 where a number is 0, else 0; with the inverse, which is free where the number is 0 and occurs nowhere else.
  IsZero,
}

#[derive(Clone, Debug)]
pub struct Step {
  pub rule: Rule,
  pub row: usize,
  pub columns: Vec<u32>,
}

pub struct System<F> {
  pub names: Vec<String>,
  pub(super) rows: Vec<[Side<F>; 3]>,
  pub(super) of_column: HashMap<u32, Vec<usize>>,
}

impl<F: PrimeField> System<F> {
  /// Of rows with the columns of the builder's record.
  pub fn of(rows: &[Row<F>]) -> Self {
    let numbered = |side: &[(u32, F)]| -> Side<F> {
      let terms: Vec<(u32, F)> = side
        .iter()
        .map(|(column, factor)| (number::<F>(*column), *factor))
        .collect();
      merged(&terms)
    };
    let mut system = System {
      names: rows.iter().map(|row| row.name.clone()).collect(),
      rows: rows
        .iter()
        .map(|row| row.sides.each_ref().map(|side| numbered(side)))
        .collect(),
      of_column: HashMap::new(),
    };
    for (at, row) in system.rows.iter().enumerate() {
      let columns: BTreeSet<u32> = row.iter().flatten().map(|(column, _)| *column).collect();
      for column in columns {
        system.of_column.entry(column).or_default().push(at);
      }
    }
    system
  }

  pub fn columns(&self) -> BTreeSet<u32> {
    self.of_column.keys().copied().filter(|column| *column != ONE).collect()
  }

  pub fn rows_of(&self, column: u32) -> &[usize] {
    self.of_column.get(&column).map_or(&[], Vec::as_slice)
  }

  /// Of a row bit·(1 − bit − …) = 0 the bit.
  pub fn bit_of(&self, row: usize) -> Option<u32> {
    match &self.rows[row] {
      [a, b, c] if a.len() == 1 && c.is_empty() && has(b, a[0].0) => Some(a[0].0),
      _ => None,
    }
  }

  /// The plan that starts from the told columns, and what is left unknown.
  pub fn plan(&self, told: &BTreeSet<u32>) -> (Vec<Step>, BTreeSet<u32>) {
    let mut known = told.clone();
    known.insert(ONE);
    let mut steps = Vec::new();
    let mut waiting: BTreeSet<usize> = (0..self.rows.len()).collect();
    while let Some(row) = waiting.pop_first() {
      let Some(step) = self.step(row, &known) else { continue };
      for column in &step.columns {
        known.insert(*column);
        waiting.extend(self.rows_of(*column));
      }
      steps.push(step);
    }
    let unknown = self.columns().into_iter().filter(|column| !known.contains(column));
    (steps, unknown.collect())
  }

  fn step(&self, row: usize, known: &BTreeSet<u32>) -> Option<Step> {
    let sides = &self.rows[row];
    let unknown: BTreeSet<u32> = sides
      .iter()
      .flatten()
      .map(|(column, _)| *column)
      .filter(|column| !known.contains(column))
      .collect();
    let step = |rule, columns| Some(Step { rule, row, columns });
    match unknown.len() {
      0 => None,
      1 => {
        let column = *unknown.first()?;
        let rule = self.single(sides, column)?;
        // A number of one bit is a sum of one bit all the same: `single` has found it.
        step(rule, vec![column])
      }
      2 => self
        .is_zero(row, &unknown, known)
        .or_else(|| self.sum_of_bits(row, known)),
      _ => self.sum_of_bits(row, known),
    }
  }

  fn single(&self, sides: &[Side<F>; 3], column: u32) -> Option<Rule> {
    let [a, b, c] = sides.each_ref().map(|side| has(side, column));
    let (factor, other_is_constant) = match (a, b) {
      (false, false) => return Some(Rule::Linear),
      (true, false) => (&sides[1], is_constant(&sides[1])),
      (false, true) => (&sides[0], is_constant(&sides[0])),
      (true, true) => return None,
    };
    if other_is_constant && !factor.is_empty() && !c {
      return Some(Rule::Linear);
    }
    // 0 = number·flag is no quotient but half of a test for zero.
    if c || sides[2].is_empty() {
      return None;
    }
    Some(if is_constant(&sides[2]) {
      Rule::Inverse
    } else {
      Rule::Quotient
    })
  }

  /// number·inverse = 1 − flag, beside number·flag = 0.
  fn is_zero(&self, row: usize, unknown: &BTreeSet<u32>, known: &BTreeSet<u32>) -> Option<Step> {
    let [number, b, c] = &self.rows[row];
    let [(inverse, factor)] = b[..] else { return None };
    let flag = unknown.iter().copied().find(|column| *column != inverse)?;
    let fits = factor == F::ONE
      && unknown.contains(&inverse)
      && number.iter().all(|(column, _)| known.contains(column))
      && *c == merged(&[(ONE, F::ONE), (flag, -F::ONE)])
      && self.rows_of(inverse) == [row]
      && self.rows_of(flag).iter().any(|other| {
        let [a, b, c] = &self.rows[*other];
        a == number && *b == [(flag, F::ONE)] && c.is_empty()
      });
    fits.then(|| Step {
      rule: Rule::IsZero,
      row,
      columns: vec![flag, inverse],
    })
  }

  /// Σ weight_j·bit_j = a known number: unknown columns all on one side, each with a row that makes it a bit.
  fn sum_of_bits(&self, row: usize, known: &BTreeSet<u32>) -> Option<Step> {
    let [a, b, c] = &self.rows[row];
    let all_known = |side: &Side<F>| side.iter().all(|(column, _)| known.contains(column));
    if *b != [(ONE, F::ONE)] || !all_known(c) {
      return None;
    }
    let mut weighed: Vec<(u32, F)> = a
      .iter()
      .filter(|(column, _)| !known.contains(column))
      .copied()
      .collect();
    weighed.sort_by_key(|(_, weight)| bytes_from_the_top(weight));
    let mut power = F::ONE;
    for (_, weight) in &weighed {
      // 2^0, 2^1, …: sums are all different below 2^254.
      if *weight != power {
        return None;
      }
      power = power.double();
    }
    let columns: Vec<u32> = weighed.iter().map(|(column, _)| *column).collect();
    let rule = if columns.len() < F::NUM_BITS as usize {
      columns
        .iter()
        .all(|column| self.is_bit(*column))
        .then_some(Rule::Bits)?
    } else {
      self.are_canonical(&columns).then_some(Rule::Canonical)?
    };
    Some(Step { rule, row, columns })
  }

  /// bit·(1 − bit) = 0.
  fn is_bit(&self, column: u32) -> bool {
    self
      .rows_of(column)
      .iter()
      .any(|row| self.rows[*row] == bit_row(column, None))
  }

  /// The rows of §4's canonical bits, low first: from the top, a product of the bits where p − 1 has ones; where it has a
  /// zero, bit·(1 − bit − product) = 0, so that the bit is 0 while the product is 1 and a bit after that.
  fn are_canonical(&self, bits: &[u32]) -> bool {
    let most = (-F::ONE).to_repr();
    let mut product: Option<u32> = None;
    for (at, bit) in bits.iter().enumerate().rev() {
      if most.as_ref()[at / 8] >> (at % 8) & 1 == 0 {
        if !self
          .rows_of(*bit)
          .iter()
          .any(|row| self.rows[*row] == bit_row(*bit, product))
        {
          return false;
        }
        continue;
      }
      if !self.is_bit(*bit) {
        return false;
      }
      product = match product {
        None => Some(*bit),
        Some(before) => {
          let found = self.rows_of(before).iter().find_map(|row| match &self.rows[*row] {
            [a, b, c] if *a == [(before, F::ONE)] && *b == [(*bit, F::ONE)] && c.len() == 1 && c[0].1 == F::ONE => {
              Some(c[0].0)
            }
            _ => None,
          });
          if found.is_none() {
            return false;
          }
          found
        }
      };
    }
    true
  }
}

/// bit·(1 − bit − product) = 0 as a row.
fn bit_row<F: Field>(column: u32, product: Option<u32>) -> [Side<F>; 3] {
  let mut other = vec![(ONE, F::ONE), (column, -F::ONE)];
  other.extend(product.map(|product| (product, -F::ONE)));
  [vec![(column, F::ONE)], merged(&other), Vec::new()]
}

fn bytes_from_the_top<F: PrimeField>(value: &F) -> Vec<u8> {
  value.to_repr().as_ref().iter().rev().copied().collect()
}

pub(super) fn has<F>(side: &Side<F>, column: u32) -> bool {
  side.iter().any(|(other, _)| *other == column)
}

fn is_constant<F>(side: &Side<F>) -> bool {
  side.iter().all(|(column, _)| *column == ONE)
}

/// In the order of columns, each once, none with 0.
fn merged<F: Field>(side: &[(u32, F)]) -> Side<F> {
  let mut sums: std::collections::BTreeMap<u32, F> = Default::default();
  for (column, factor) in side {
    *sums.entry(*column).or_insert(F::ZERO) += factor;
  }
  sums.into_iter().filter(|(_, factor)| *factor != F::ZERO).collect()
}
