//! Many multiples of one fixed point, in affine form.
//!
//! Every scalar is cut into windows and every window's multiple is looked up, so a multiple is a sum of a dozen table
//! entries. The sums run over a whole chunk of scalars at once: additions in affine coordinates need an inversion,
//! and Montgomery's trick shares one inversion among the chunk, which leaves about six multiplications an addition
//! (a mixed Jacobian addition needs eleven).

use ff::{Field, PrimeField};
use halo2curves::CurveAffine;
use halo2curves::bn256::{Fq, Fq2, Fr, G1Affine, G2Affine};
use halo2curves::group::{Curve, Group};
use rayon::prelude::*;

/// Bits of a scalar that one table lookup covers. 13 makes 20 windows and a table of 10 MB on G1.
const WINDOW: usize = 13;
const WINDOWS: usize = (Fr::NUM_BITS as usize).div_ceil(WINDOW);
/// Scalars that share one inversion.
const CHUNK: usize = 2048;

/// Plain access to coordinates: halo2curves' own `coordinates` and `from_xy` check the curve equation each time, which
/// costs as much as the addition itself.
pub trait Affine: CurveAffine<ScalarExt = Fr, Base = Self::Field> {
  type Field: Field;
  fn xy(&self) -> (Self::Field, Self::Field);
  fn new(x: Self::Field, y: Self::Field) -> Self;
}

impl Affine for G1Affine {
  type Field = Fq;
  fn xy(&self) -> (Fq, Fq) {
    (self.x, self.y)
  }
  fn new(x: Fq, y: Fq) -> Self {
    G1Affine { x, y }
  }
}

impl Affine for G2Affine {
  type Field = Fq2;
  fn xy(&self) -> (Fq2, Fq2) {
    (self.x, self.y)
  }
  fn new(x: Fq2, y: Fq2) -> Self {
    G2Affine { x, y }
  }
}

/// The multiples 0..2^WINDOW of 2^(WINDOW·j)·P for every window j.
pub struct FixedBase<C> {
  tables: Vec<Vec<C>>,
}

impl<C: Affine> FixedBase<C> {
  pub fn new(point: C) -> Self {
    let mut bases = Vec::with_capacity(WINDOWS);
    let mut base = point.to_curve();
    for _ in 0..WINDOWS {
      bases.push(base);
      for _ in 0..WINDOW {
        base = base.double();
      }
    }
    let tables = bases
      .into_par_iter()
      .map(|base| {
        let mut row = Vec::with_capacity(1 << WINDOW);
        let mut multiple = C::CurveExt::identity();
        for _ in 0..1 << WINDOW {
          row.push(multiple);
          multiple += base;
        }
        let mut affine = vec![C::identity(); row.len()];
        C::CurveExt::batch_normalize(&row, &mut affine);
        affine
      })
      .collect();
    FixedBase { tables }
  }

  /// scalarsᵢ·P for every i.
  pub fn multiples(&self, scalars: &[Fr]) -> Vec<C> {
    scalars
      .par_chunks(CHUNK)
      .flat_map_iter(|chunk| self.multiples_of_chunk(chunk))
      .collect()
  }

  fn multiples_of_chunk(&self, scalars: &[Fr]) -> Vec<C> {
    let reprs: Vec<[u8; 32]> = scalars.iter().map(|s| s.to_repr().into()).collect();
    let mut sums = vec![C::identity(); scalars.len()];
    let mut started = vec![false; scalars.len()];
    let mut terms: Vec<(usize, C)> = Vec::with_capacity(scalars.len());
    let mut prefix = Vec::with_capacity(scalars.len());
    for (window, table) in self.tables.iter().enumerate() {
      terms.clear();
      for (i, repr) in reprs.iter().enumerate() {
        let digit = window_of(repr, window);
        if digit == 0 {
          continue;
        }
        if started[i] {
          terms.push((i, table[digit]));
        } else {
          sums[i] = table[digit];
          started[i] = true;
        }
      }
      add_terms(&mut sums, &terms, &mut prefix);
    }
    sums
  }
}

/// sumsᵢ += term for every (i, term), with one inversion for all.
fn add_terms<C: Affine>(sums: &mut [C], terms: &[(usize, C)], prefix: &mut Vec<C::Field>) {
  prefix.clear();
  let mut running = C::Field::ONE;
  for (i, term) in terms {
    prefix.push(running);
    running *= term.xy().0 - sums[*i].xy().0;
  }
  let Some(mut inverse) = Option::<C::Field>::from(running.invert()) else {
    // Some pair has equal x: a doubling or a cancellation. It cannot happen below the group's order, but is cheap to
    // get right.
    for (i, term) in terms {
      sums[*i] = (sums[*i].to_curve() + *term).to_affine();
    }
    return;
  };
  for ((i, term), before) in terms.iter().zip(prefix.iter()).rev() {
    let ((ax, ay), (bx, by)) = (sums[*i].xy(), term.xy());
    let slope = (by - ay) * (inverse * before);
    inverse *= bx - ax;
    let x = slope.square() - ax - bx;
    sums[*i] = C::new(x, slope * (ax - x) - ay);
  }
}

fn window_of(repr: &[u8; 32], window: usize) -> usize {
  let start = window * WINDOW;
  let mut word = [0u8; 4];
  for (k, byte) in word.iter_mut().enumerate() {
    *byte = repr.get(start / 8 + k).copied().unwrap_or(0);
  }
  (u32::from_le_bytes(word) >> (start % 8)) as usize & ((1 << WINDOW) - 1)
}

#[cfg(test)]
mod tests {
  use super::*;
  use halo2curves::bn256::{G1, G2};

  #[test]
  fn equals_scalar_multiplication() {
    let scalars: Vec<Fr> = [0u64, 1, 2, (1 << 13) - 1, 1 << 13, u64::MAX]
      .into_iter()
      .map(Fr::from)
      .chain([-Fr::ONE, Fr::from(7).invert().unwrap(), Fr::ROOT_OF_UNITY])
      .collect();
    let g1 = FixedBase::new(G1Affine::generator()).multiples(&scalars);
    let g2 = FixedBase::new(G2Affine::generator()).multiples(&scalars);
    for (i, s) in scalars.iter().enumerate() {
      assert_eq!(g1[i], (G1::generator() * s).to_affine(), "G1 multiple {i}");
      assert_eq!(g2[i], (G2::generator() * s).to_affine(), "G2 multiple {i}");
    }
  }
}
