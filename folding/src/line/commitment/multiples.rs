//! Sums over points whose multiples by powers of 2^width are stored: all digits of all scalars share one set of buckets,
//! so that no doubling is left and the buckets are summed up once.

use crate::{
  affine::{Affine, BATCH, Point, Scratch},
  msm::{BITS, Signed, modulus, weighted},
};
use rayon::prelude::*;

/// 2^(width·k)·Pᵢ for every point and every digit k of a scalar.
#[derive(Debug)]
pub struct Multiples<C> {
  width: usize,
  count: usize,
  /// Digit after digit: the point of base i and digit k stands at k·count + i.
  points: Vec<C>,
}

/// What a sum is made of besides stored multiples: points as they are.
pub struct Plain<'a, C> {
  pub table: &'a [C],
  pub places: &'a [u32],
}

impl<C: Affine> Multiples<C> {
  pub fn of(bases: &[C], width: usize) -> Self {
    let digits = (BITS + 1).div_ceil(width);
    let mut points = bases.to_vec();
    for digit in 1..digits {
      let mut next = points[(digit - 1) * bases.len()..].to_vec();
      next
        .par_chunks_mut(BATCH)
        .for_each_init(Scratch::default, |scratch, chunk| {
          for _ in 0..width {
            let pairs: Vec<Point<C::Base>> = chunk.iter().map(Point::of).collect();
            scratch.add(pairs.into_iter().map(|p| (p, p)), |k, sum| {
              chunk[k] = C::of(sum.x, sum.y)
            });
          }
        });
      points.extend(next);
    }
    Multiples {
      width,
      count: bases.len(),
      points,
    }
  }

  /// Σ scalar·P over (number of the base, scalar), and the plain points.
  pub fn sum(&self, terms: &[(u32, C::ScalarExt)], plain: &Plain<'_, C>) -> C::CurveExt {
    let (width, count) = (self.width, self.count);
    let digits = (BITS + 1).div_ceil(width);
    let modulus = modulus::<C::ScalarExt>();
    let mut all = vec![0i16; digits * terms.len() + plain.places.len()];
    let (of_terms, of_plain) = all.split_at_mut(digits * terms.len());
    of_terms
      .par_chunks_mut(digits)
      .zip(terms)
      .with_min_len(512)
      .for_each(|(out, (_, scalar))| {
        let signed = Signed::of(scalar, &modulus);
        for (k, digit) in out.iter_mut().enumerate() {
          *digit = signed.digit(k * width, width) as i16;
        }
      });
    of_plain.fill(1);
    let place = |index: usize| match terms.get(index / digits) {
      Some((base, _)) => (index % digits * count) as u32 + base,
      None => self.points.len() as u32 + plain.places[index - digits * terms.len()],
    };
    let point = |place: u32| match (place as usize).checked_sub(self.points.len()) {
      None => &self.points[place as usize],
      Some(at) => &plain.table[at],
    };
    weighted(&all, 1 << (width - 1), place, point)
  }
}
