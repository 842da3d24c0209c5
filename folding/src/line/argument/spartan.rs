//! Spartan (eprint 2019/550) over a circuit's rows, down to one value of the witness: what the compression of a fold on
//! both curves and one-shot proofs have in common. The verifier's side; `proving/spartan.rs` is the other.
//!
//! The claim is Σ_i eq_i(weights)·(Az∘Bz − u·Cz − E)_i = sum for z = (W, u, public values). The *outer* sum-check leads
//! to values of Az, Bz, Cz (and E) at a row point, the *inner* one to a value of W at a column point. Whoever calls has
//! bound W (and E) and the public values before `weights`, and checks what is left by an opening.

use super::{
  evaluation::{Coefficients, evaluate, public_columns},
  sumcheck::{self, Round, Scalar, eq_table},
  transcript::Transcript,
};
use crate::{
  line::words::{Reader, Writer},
  sparse::Shape,
};

pub struct Claim<'a, F> {
  pub shape: &'a Shape<F>,
  /// One element a coordinate of a row.
  pub weights: &'a [F],
  pub sum: F,
  /// u, then the public values.
  pub public: &'a [F],
}

/// N = 3 where E is zero by itself, 4 where it is committed to.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument<F, const N: usize> {
  pub outer: Vec<Round<F>>,
  /// Az, Bz, Cz, and E where there is one, at the row point.
  pub values: [F; N],
  pub inner: Vec<Round<F>>,
  /// W at the column point.
  pub witness: F,
}

impl<F: Scalar, const N: usize> Argument<F, N> {
  /// Words of an argument over so many coordinates of rows and of columns.
  pub fn words(rows: usize, columns: usize) -> usize {
    2 * rows + N + 2 * columns + 1
  }

  pub fn write(&self, out: &mut Writer) {
    out.pairs(&self.outer);
    out.scalars(&self.values);
    out.pairs(&self.inner);
    out.scalars(&[self.witness]);
  }

  pub fn read(from: &mut Reader<'_>, rows: usize, columns: usize) -> crate::error::Result<Self> {
    Ok(Argument {
      outer: from.pairs(rows)?,
      values: from.array()?,
      inner: from.pairs(columns)?,
      witness: from.scalar()?,
    })
  }
}

/// Where an argument ends.
pub struct Points<F> {
  pub row: Vec<F>,
  pub column: Vec<F>,
}

/// Which half of an argument does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
  Outer,
  Inner,
}

/// Follows an argument; W must have the value `argument.witness` at `column`, E its own at `row`.
pub fn verify<F: Scalar, const N: usize>(
  transcript: &mut Transcript,
  claim: &Claim<'_, F>,
  argument: &Argument<F, N>,
) -> Result<Points<F>, Half> {
  let Claim { shape, weights, .. } = claim;
  let rounds = [weights.len(), argument.outer.len(), argument.inner.len()];
  let [rows, columns] = [shape.constraints, shape.variables].map(|size| size.ilog2() as usize);
  if rounds != [rows, rows, columns] || claim.public.len() != 1 + shape.io {
    return Err(Half::Outer);
  }
  let outer = sumcheck::verify(transcript, claim.sum, &argument.outer, Some(weights)).map_err(|_| Half::Outer)?;
  if row_value(claim, &argument.values) != outer.claim {
    return Err(Half::Outer);
  }
  let rho = begin_inner(transcript, &argument.values);
  let rows = eq_table(&outer.point);
  let coefficients = Coefficients::of(&shape.table);
  let sum = inner_sum(
    claim,
    &argument.values,
    rho,
    &public_columns(shape, &coefficients, rho, &rows),
  );
  let inner = sumcheck::verify(transcript, sum, &argument.inner, None).map_err(|_| Half::Inner)?;
  if evaluate(shape, &coefficients, rho, &rows, &eq_table(&inner.point)) * argument.witness != inner.claim {
    return Err(Half::Inner);
  }
  end::<F, N>(transcript, &argument.witness);
  Ok(Points {
    row: outer.point,
    column: inner.point,
  })
}

/// a·b − u·c − e.
fn row_value<F: Scalar, const N: usize>(claim: &Claim<'_, F>, values: &[F; N]) -> F {
  let error = values.get(3).copied().unwrap_or(F::ZERO);
  values[0] * values[1] - claim.public[0] * values[2] - error
}

/// Absorbs the row point's values; ρ, by whose powers the three matrices are made one.
pub fn begin_inner<F: Scalar, const N: usize>(transcript: &mut Transcript, values: &[F; N]) -> F {
  let label: &[u8] = if N == 4 { b"abcE" } else { b"abc" };
  transcript.scalars(label, values);
  transcript.challenge(b"rho")
}

/// What Σ (A + ρB + ρ²C)·W at the row point must be: less the share of the public columns, which is the verifier's own.
pub fn inner_sum<F: Scalar, const N: usize>(claim: &Claim<'_, F>, values: &[F; N], rho: F, columns: &[F]) -> F {
  let share: F = columns
    .iter()
    .zip(claim.public)
    .map(|(column, value)| *column * value)
    .sum();
  values[0] + rho * (values[1] + rho * values[2]) - share
}

/// Absorbs the witness's value.
pub fn end<F: Scalar, const N: usize>(transcript: &mut Transcript, witness: &F) {
  let label: &[u8] = if N == 4 { b"W" } else { b"w" };
  transcript.scalars(label, std::slice::from_ref(witness));
}
