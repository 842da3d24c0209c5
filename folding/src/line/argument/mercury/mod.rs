//! Mercury (eprint 2025/385): that a polynomial committed to under the powers of tau has a value as a multilinear
//! extension. The messages, their order and the transcript are nova-snark's (`provider/mercury.rs`), whose verifier accepts
//! these arguments and whose arguments this one accepts (tests/all/line/mercury.rs).

pub mod common;
pub mod polynomial;
mod verify;

pub use verify::verify;

use crate::{
  curves::Fr,
  error::Result,
  line::{
    curve::G,
    words::{Reader, Writer},
  },
};

/// Eight points and six values.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
  pub h: G,
  pub g: G,
  pub q: G,
  pub s: G,
  pub d: G,
  pub quotient: G,
  pub w: G,
  pub w_prime: G,
  /// g(ζ), g(ζ⁻¹), h(ζ), h(ζ⁻¹), s(ζ), s(ζ⁻¹).
  pub values: [Fr; 6],
}

impl Argument {
  pub const WORDS: usize = 8 + 6;

  pub fn write(&self, out: &mut Writer) {
    let points = [&self.h, &self.g, &self.q, &self.s, &self.d, &self.quotient, &self.w];
    for point in points.into_iter().chain([&self.w_prime]) {
      out.point(point);
    }
    out.scalars(&self.values);
  }

  pub fn read(from: &mut Reader<'_>) -> Result<Self> {
    Ok(Argument {
      h: from.point()?,
      g: from.point()?,
      q: from.point()?,
      s: from.point()?,
      d: from.point()?,
      quotient: from.point()?,
      w: from.point()?,
      w_prime: from.point()?,
      values: from.array()?,
    })
  }
}
