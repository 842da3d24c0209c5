//! Values by a plan: whole witnesses, also such in which chosen columns are wrong, and the rows that they break.

use super::solver::{ONE, Rule, Side, Step, System, has};
use ff::{Field, PrimeField};
use std::collections::HashMap;

impl<F: PrimeField> System<F> {
  /// The rows that a witness breaks.
  pub fn broken(&self, values: &[F]) -> Vec<usize> {
    let value = |side: &Side<F>| sum(side, values);
    (0..self.rows.len())
      .filter(|at| {
        let [a, b, c] = &self.rows[*at];
        value(a) * value(b) != value(c)
      })
      .collect()
  }

  /// All values from those told, but for the edited columns, whose values are as given.
  pub fn replay(&self, steps: &[Step], told: &HashMap<u32, F>, edits: &HashMap<u32, F>) -> Vec<F> {
    let size = 1 + self.of_column.keys().chain(told.keys()).max().copied().unwrap_or(0) as usize;
    let mut values = vec![F::ZERO; size];
    values[ONE as usize] = F::ONE;
    for (column, value) in told.iter().chain(edits) {
      values[*column as usize] = *value;
    }
    for step in steps {
      for (column, value) in self.values_of(step, &values) {
        values[column as usize] = edits.get(&column).copied().unwrap_or(value);
      }
    }
    values
  }

  fn values_of(&self, step: &Step, values: &[F]) -> Vec<(u32, F)> {
    let [a, b, c] = &self.rows[step.row];
    match step.rule {
      Rule::Linear | Rule::Quotient | Rule::Inverse => {
        let column = step.columns[0];
        let (side, other) = if has(a, column) { (a, b) } else { (b, a) };
        if has(c, column) {
          let (factor, rest) = split(c, column, values);
          return vec![(
            column,
            (sum(a, values) * sum(b, values) - rest) * factor.invert().unwrap(),
          )];
        }
        let (factor, rest) = split(side, column, values);
        let factor = factor * sum(other, values);
        let value = (sum(c, values) - rest * sum(other, values)) * factor.invert().unwrap_or(F::ZERO);
        vec![(column, value)]
      }
      Rule::Bits | Rule::Canonical => {
        let known: Side<F> = a
          .iter()
          .filter(|(column, _)| !step.columns.contains(column))
          .copied()
          .collect();
        let repr = (sum(c, values) - sum(&known, values)).to_repr();
        let bit = |at: usize| F::from(u64::from(repr.as_ref()[at / 8] >> (at % 8) & 1));
        step
          .columns
          .iter()
          .enumerate()
          .map(|(at, column)| (*column, bit(at)))
          .collect()
      }
      Rule::IsZero => {
        let number = sum(a, values);
        let flag = if number == F::ZERO { F::ONE } else { F::ZERO };
        vec![
          (step.columns[0], flag),
          (step.columns[1], number.invert().unwrap_or(F::ZERO)),
        ]
      }
    }
  }
}

fn sum<F: Field>(side: &Side<F>, values: &[F]) -> F {
  side
    .iter()
    .map(|(column, factor)| *factor * values[*column as usize])
    .sum()
}

/// The column's own factor, and the sum of the rest.
fn split<F: Field>(side: &Side<F>, column: u32, values: &[F]) -> (F, F) {
  let own: F = side
    .iter()
    .filter(|(other, _)| *other == column)
    .map(|(_, factor)| *factor)
    .sum();
  let rest = side.iter().filter(|(other, _)| *other != column);
  (
    own,
    rest.map(|(column, factor)| *factor * values[*column as usize]).sum(),
  )
}
