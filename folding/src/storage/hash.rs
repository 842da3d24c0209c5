//! Poseidon of a few elements with a tag, circomlib's `PoseidonEx(n, 2)`: bases, keys and draws.

use crate::{curves::Fr, field, poseidon::wide::Permutation};
use std::sync::LazyLock;

pub static OF_TWO: LazyLock<Permutation<3>> = LazyLock::new(|| Permutation::new(57));
static OF_THREE: LazyLock<Permutation<4>> = LazyLock::new(|| Permutation::new(56));
static OF_FOUR: LazyLock<Permutation<5>> = LazyLock::new(|| Permutation::new(60));
static OF_SIX: LazyLock<Permutation<7>> = LazyLock::new(|| Permutation::new(63));
static OF_SEVEN: LazyLock<Permutation<8>> = LazyLock::new(|| Permutation::new(64));

/// Both outputs of P²(tag; a, b).
pub fn of_two(tag: u64, inputs: &[Fr; 2]) -> [Fr; 2] {
  outputs(&OF_TWO, tag, inputs)
}

/// Both outputs of P²(tag; …); `None` but for two, three, four, six or seven elements, which are all that storage draws by.
pub fn of_some(tag: u64, inputs: &[Fr]) -> Option<[Fr; 2]> {
  match inputs.len() {
    2 => Some(outputs(&OF_TWO, tag, inputs)),
    3 => Some(outputs(&OF_THREE, tag, inputs)),
    4 => Some(outputs(&OF_FOUR, tag, inputs)),
    6 => Some(outputs(&OF_SIX, tag, inputs)),
    7 => Some(outputs(&OF_SEVEN, tag, inputs)),
    _ => None,
  }
}

/// The same in bytes: n·32 bytes in, 64 out; `None` for what is no such number of canonical elements.
pub fn draw(tag: u64, inputs: &[u8]) -> Option<Vec<u8>> {
  let outputs = of_some(tag, &field::decode_vec(inputs)?)?;
  Some(field::encode_vec(&outputs))
}

/// `inputs` are T − 1.
fn outputs<const T: usize>(permutation: &Permutation<T>, tag: u64, inputs: &[Fr]) -> [Fr; 2] {
  let mut state = [Fr::from(tag); T];
  state[1..].copy_from_slice(inputs);
  permutation.permute(&mut state);
  [state[0], state[1]]
}
