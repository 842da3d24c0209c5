//! The prover's side of `spartan.rs`.

use crate::{
  error::{Error, Result},
  line::{
    argument::{
      spartan::{Argument, Claim, Points, begin_inner, end, inner_sum},
      sumcheck::{self, Scalar, eq_table},
      transcript::Transcript,
    },
    relation::matrices::combined_columns,
  },
};

pub fn bad_luck(_: sumcheck::ZeroWeight) -> Error {
  Error::internal("a challenge of the proof is zero, which has a chance of 2^-250: it cannot be made")
}

/// `tables` are Az, Bz, Cz, and E where there is one (N = 4).
pub fn prove<F: Scalar, const N: usize>(
  transcript: &mut Transcript,
  claim: &Claim<'_, F>,
  mut tables: [Vec<F>; 3],
  mut error: Option<Vec<F>>,
  witness: Vec<F>,
) -> Result<(Argument<F, N>, Points<F>)> {
  let Claim { weights, sum, .. } = *claim;
  let u = claim.public[0];
  let (outer, outer_end) =
    sumcheck::prove_rows(transcript, sum, weights, u, &mut tables, error.as_mut()).map_err(bad_luck)?;
  let ends: Vec<F> = tables.iter().chain(&error).map(|table| table[0]).collect();
  let values: [F; N] = ends
    .try_into()
    .map_err(|_| Error::internal("a relaxed argument ends in four values, a strict one in three"))?;
  let rho = begin_inner(transcript, &values);
  let mut columns = combined_columns(claim.shape, &eq_table(&outer_end.point), [F::ONE, rho, rho.square()]);
  let public = columns.split_off(claim.shape.variables);
  let sum = inner_sum(claim, &values, rho, &public);
  let mut pairs = [[columns, witness]];
  let (inner, inner_end) = sumcheck::prove_products(transcript, sum, &mut pairs).map_err(bad_luck)?;
  let witness = pairs[0][1][0];
  end::<F, N>(transcript, &witness);
  let points = Points {
    row: outer_end.point,
    column: inner_end.point,
  };
  Ok((
    Argument {
      outer,
      values,
      inner,
      witness,
    },
    points,
  ))
}
