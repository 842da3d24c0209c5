//! Additions of many affine points at once: one field inversion is shared by a whole batch (Montgomery's trick), which
//! leaves five multiplications and a square an addition. Complete: equal, opposite and neutral points are all right.

use ff::Field;
use halo2curves::{CurveAffine, bn256, grumpkin};

/// Additions that share an inversion: enough to make it cheap, few enough for the second-level cache.
pub const BATCH: usize = 1024;

/// A short Weierstrass curve with a = 0, whose points are open to arithmetic.
pub trait Affine: CurveAffine {
  fn xy(&self) -> (Self::Base, Self::Base);
  /// No check: for the results of additions.
  fn of(x: Self::Base, y: Self::Base) -> Self;
}

macro_rules! affine {
  ($point:ty) => {
    impl Affine for $point {
      #[inline(always)]
      fn xy(&self) -> (Self::Base, Self::Base) {
        (self.x, self.y)
      }
      #[inline(always)]
      fn of(x: Self::Base, y: Self::Base) -> Self {
        Self { x, y }
      }
    }
  };
}
affine!(bn256::G1Affine);
affine!(grumpkin::G1Affine);

/// A point by its coordinates. (0, 0), which is on neither curve, stands for the neutral element, as in halo2curves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point<F> {
  pub x: F,
  pub y: F,
}

impl<F: Field> Point<F> {
  pub const NEUTRAL: Self = Point { x: F::ZERO, y: F::ZERO };

  #[inline(always)]
  pub fn of<C: Affine<Base = F>>(point: &C) -> Self {
    let (x, y) = point.xy();
    Point { x, y }
  }

  #[inline(always)]
  pub fn negated(self) -> Self {
    Point { x: self.x, y: -self.y }
  }

  #[inline(always)]
  fn is_neutral(&self) -> bool {
    // No point of either curve has y = 0: their orders are odd. A plain comparison: nothing here is secret.
    self.y == F::ZERO
  }

  /// Numerator and denominator of the slope of the line through both; the denominator is never zero.
  #[inline(always)]
  fn slope(&self, other: &Self) -> (F, F) {
    let run = other.x - self.x;
    if run != F::ZERO && !self.is_neutral() && !other.is_neutral() {
      return (other.y - self.y, run);
    }
    if self == other && !self.is_neutral() {
      let square = self.x.square();
      return (square.double() + square, self.y.double());
    }
    (F::ZERO, F::ONE)
  }

  #[inline(always)]
  fn add_by_slope(&self, other: &Self, slope: F) -> Self {
    if self.is_neutral() {
      return *other;
    }
    if other.is_neutral() {
      return *self;
    }
    if self.x == other.x && self.y != other.y {
      return Self::NEUTRAL;
    }
    let x = slope.square() - self.x - other.x;
    Point {
      x,
      y: slope * (self.x - x) - self.y,
    }
  }
}

/// Room for one batch, to be used again and again.
pub struct Scratch<F> {
  pairs: Vec<(Point<F>, Point<F>)>,
  numerators: Vec<F>,
  denominators: Vec<F>,
  products: Vec<F>,
}

impl<F: Field> Default for Scratch<F> {
  fn default() -> Self {
    Scratch {
      pairs: Vec::with_capacity(BATCH),
      numerators: Vec::with_capacity(BATCH),
      denominators: Vec::with_capacity(BATCH),
      products: Vec::with_capacity(BATCH),
    }
  }
}

impl<F: Field> Scratch<F> {
  /// Sets `out[k]` to the sum of the k-th pair; `pairs` gives as many as `out` holds, at most `BATCH`.
  #[inline]
  pub fn add(&mut self, pairs: impl Iterator<Item = (Point<F>, Point<F>)>, mut out: impl FnMut(usize, Point<F>)) {
    self.pairs.clear();
    self.numerators.clear();
    self.denominators.clear();
    for (left, right) in pairs {
      let (numerator, denominator) = left.slope(&right);
      self.pairs.push((left, right));
      self.numerators.push(numerator);
      self.denominators.push(denominator);
    }
    // products[k] = denominators[0]·…·denominators[k−1]; then one inversion, undone factor by factor.
    self.products.clear();
    let mut product = F::ONE;
    for denominator in &self.denominators {
      self.products.push(product);
      product *= denominator;
    }
    let mut inverse = product.invert().unwrap_or(F::ZERO); // never zero: no denominator is
    for k in (0..self.pairs.len()).rev() {
      let (left, right) = &self.pairs[k];
      // Only `inverse` waits for the pair before.
      let slope = self.numerators[k] * self.products[k] * inverse;
      inverse *= self.denominators[k];
      out(k, left.add_by_slope(right, slope));
    }
  }
}
