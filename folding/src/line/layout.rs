//! The sizes that a key fixes.

use std::ops::RangeInclusive;

/// Least and greatest size of a key: rows and variables are 2^this.
pub const LOG_ROWS: RangeInclusive<usize> = 15..=17;
/// Most elements of a state: what the io hash takes in its four permutations.
pub const MAX_ARITY: usize = 15;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
  /// Elements of the state.
  pub arity: usize,
  /// Rows and variables are 2^log_rows.
  pub log_rows: usize,
  /// Wires of the step circuit, the constant one included.
  pub step_wires: usize,
}

impl Layout {
  /// Columns before the augmentation's.
  pub fn first(&self) -> usize {
    self.step_wires - 1
  }
}
