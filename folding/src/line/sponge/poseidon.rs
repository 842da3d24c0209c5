//! Poseidon for Line: width 18, 8 full and 59 partial rounds (`poseidon::wide`).

use crate::curves::Fr;
use std::sync::LazyLock;

pub use crate::poseidon::wide::{FULL_ROUNDS, Permutation};
pub const WIDTH: usize = 18;
pub const PARTIAL_ROUNDS: usize = 59;
/// S-boxes of one permutation, in the order of computation: three rows each in a circuit.
pub const SBOXES: usize = FULL_ROUNDS * WIDTH + PARTIAL_ROUNDS;

pub type State = [Fr; WIDTH];

/// The permutation with its constants as the reference script gives them.
pub static PARAMETERS: LazyLock<Permutation<WIDTH>> = LazyLock::new(|| Permutation::new(PARTIAL_ROUNDS));

/// One permutation.
pub fn permute(state: &mut State) {
  PARAMETERS.permute(state);
}
