//! Sums of points sorted by bucket: the core of every multi-exponentiation here.

use crate::affine::{Affine, BATCH, Point, Scratch};
use ff::Field;
use halo2curves::group::Group;
use rayon::prelude::*;

/// Σ digitᵢ·Pᵢ for digits from −`buckets` to `buckets`; `place` gives the number of the i-th point, `point` the point.
pub fn weighted<'a, C: Affine>(
  digits: &[i16],
  buckets: usize,
  place: impl Fn(usize) -> u32,
  point: impl Fn(u32) -> &'a C + Sync,
) -> C::CurveExt {
  // Counting sort: `order` holds the points of bucket 1, then of bucket 2, ...; the lowest bit is the sign.
  let mut ends = vec![0u32; buckets + 1];
  for digit in digits {
    ends[digit.unsigned_abs() as usize] += 1;
  }
  ends[0] = 0;
  for bucket in 1..=buckets {
    ends[bucket] += ends[bucket - 1];
  }
  let mut order = vec![0u32; ends[buckets] as usize];
  let mut next = ends.clone();
  for (index, digit) in digits.iter().enumerate().filter(|(_, digit)| **digit != 0) {
    let slot = &mut next[digit.unsigned_abs() as usize - 1];
    order[*slot as usize] = place(index) << 1 | u32::from(*digit < 0);
    *slot += 1;
  }
  let mut lengths: Vec<u32> = ends.windows(2).map(|pair| pair[1] - pair[0]).collect();
  let first = |at: usize| {
    let found = Point::of(point(order[at] >> 1));
    if order[at] & 1 == 1 { found.negated() } else { found }
  };
  let mut sums = halve(&mut lengths, first, |at| prefetch(point(order[at] >> 1)));
  while lengths.iter().any(|length| *length > 1) {
    let before = sums;
    sums = halve(&mut lengths, |at| before[at], |_| ());
  }
  by_bucket::<C>(&lengths, &sums)
}

/// Asks for a point that is needed soon: tables are larger than the caches, and their points come in no order.
#[inline(always)]
fn prefetch<T>(value: &T) {
  #[cfg(target_arch = "x86_64")]
  // SAFETY: a hint for an address that is valid.
  unsafe {
    std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(std::ptr::from_ref(value).cast());
  }
  #[cfg(not(target_arch = "x86_64"))]
  let _ = value;
}

/// Neighbouring buckets that are summed up one after the other, while those of all such stretches share inversions.
const STRETCH: usize = 64;

/// Fewer stretches do not pay for an inversion.
const FEW: usize = 16;

/// Σ b·B_b, b counted from 1; `lengths` says which buckets have a sum. Their number is a power of two.
fn by_bucket<C: Affine>(lengths: &[u32], sums: &[Point<C::Base>]) -> C::CurveExt {
  if lengths.len() < FEW * STRETCH {
    one_by_one::<C>(lengths, sums)
  } else {
    by_stretches::<C>(lengths, sums)
  }
}

/// The sum of all partial sums from the top.
fn one_by_one<C: Affine>(lengths: &[u32], sums: &[Point<C::Base>]) -> C::CurveExt {
  let (mut running, mut total) = (C::CurveExt::identity(), C::CurveExt::identity());
  let mut sums = sums.iter().rev();
  for length in lengths.iter().rev() {
    if *length == 1
      && let Some(Point { x, y }) = sums.next()
    {
      running += C::of(*x, *y);
    }
    total += running;
  }
  total
}

/// The same by batches.
fn by_stretches<C: Affine>(lengths: &[u32], sums: &[Point<C::Base>]) -> C::CurveExt {
  let mut found = sums.iter();
  let all: Vec<Point<C::Base>> = lengths
    .iter()
    .map(|length| match length {
      0 => Point::NEUTRAL,
      _ => found.next().copied().unwrap_or(Point::NEUTRAL),
    })
    .collect();
  let stretch = lengths.len().div_ceil(BATCH / 2).max(STRETCH);
  let lanes = lengths.len() / stretch;
  // In each stretch the sum of all partial sums from the top; first the partial sums, then the sums of them.
  let mut now = vec![Point::NEUTRAL; 2 * lanes];
  let mut scratch = Scratch::default();
  for at in (0..stretch).rev() {
    let before = now.clone();
    let (partial, total) = before.split_at(lanes);
    let next = partial
      .iter()
      .enumerate()
      .map(|(lane, sum)| (*sum, all[lane * stretch + at]))
      .chain(total.iter().copied().zip(partial.iter().copied()));
    scratch.add(next, |k, sum| now[k] = sum);
  }
  let (partial, total) = now.split_at(lanes);
  // Every stretch but the first counts from a later bucket.
  let (mut running, mut shifted, mut out) = (
    C::CurveExt::identity(),
    C::CurveExt::identity(),
    C::CurveExt::identity(),
  );
  for lane in (0..lanes).rev() {
    let [partial, total] = [partial[lane], total[lane]].map(|point| C::of(point.x, point.y));
    out += total;
    out += partial;
    running += partial;
    if lane > 0 {
      shifted += running;
    }
  }
  (0..stretch.ilog2()).fold(shifted, |sum, _| sum.double()) + out
}

/// Pairs ahead of the present one that are asked for.
const AHEAD: usize = 8;

/// Adds neighbours of the same bucket; a bucket's odd one out goes along. `lengths` become the halved ones.
fn halve<F: Field>(
  lengths: &mut [u32],
  input: impl Fn(usize) -> Point<F> + Sync,
  ahead: impl Fn(usize) + Sync,
) -> Vec<Point<F>> {
  // For every output the place of its first input and whether there is a second.
  let mut jobs: Vec<u32> = Vec::with_capacity(lengths.iter().map(|l| l.div_ceil(2) as usize).sum());
  let mut at = 0;
  for length in lengths {
    let end = at + *length;
    while at + 1 < end {
      jobs.push(at << 1 | 1);
      at += 2;
    }
    if at < end {
      jobs.push(at << 1);
      at += 1;
    }
    *length = length.div_ceil(2);
  }
  let mut out = vec![Point::NEUTRAL; jobs.len()];
  out
    .par_chunks_mut(BATCH)
    .zip(jobs.par_chunks(BATCH))
    .for_each_init(Scratch::default, |scratch, (out, jobs)| {
      let mut places = Vec::with_capacity(jobs.len());
      for (place, job) in jobs.iter().enumerate() {
        if job & 1 == 1 {
          places.push(place);
        } else {
          out[place] = input((job >> 1) as usize);
        }
      }
      let pairs = (0..places.len()).map(|k| {
        if let Some(next) = places.get(k + AHEAD) {
          let at = (jobs[*next] >> 1) as usize;
          ahead(at);
          ahead(at + 1);
        }
        let at = (jobs[places[k]] >> 1) as usize;
        (input(at), input(at + 1))
      });
      scratch.add(pairs, |k, sum| out[places[k]] = sum);
    });
  out
}

#[cfg(test)]
mod tests {
  use super::*;
  use halo2curves::{bn256::G1Affine, group::Curve};

  #[test]
  fn both_ways_through_the_buckets_agree() {
    let point = |n: u64| Point::of(&(G1Affine::generator() * halo2curves::bn256::Fr::from(n)).to_affine());
    for size in [1024u32, 4096] {
      // Empty buckets, equal and opposite neighbours.
      let lengths: Vec<u32> = (0..size)
        .map(|bucket| u32::from(bucket % 5 != 1 && bucket / 64 != 3))
        .collect();
      let count = lengths.iter().sum::<u32>() as usize;
      let sums: Vec<_> = (0..count)
        .map(|at| match at % 7 {
          3 => point(9),
          4 => point(9),
          5 => point(9).negated(),
          _ => point(at as u64 % 40 + 1),
        })
        .collect();
      assert_eq!(
        by_stretches::<G1Affine>(&lengths, &sums),
        one_by_one::<G1Affine>(&lengths, &sums)
      );
    }
  }
}
