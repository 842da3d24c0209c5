//! Curve arithmetic in a circuit over the curve's own base field, for y² = x³ + b of odd prime order. Incomplete additions
//! are used only where the caller's ladder keeps their inputs apart (folding-scheme §4); everything else is checked.

use super::{builder::Builder, num::Num};
use ff::PrimeField;

/// A point; (0, 0) is the neutral element where a flag says so.
#[derive(Clone, Debug)]
pub struct Point<F> {
  pub x: Num<F>,
  pub y: Num<F>,
}

impl<F: PrimeField> Point<F> {
  pub fn negated(&self) -> Self {
    Point {
      x: self.x.clone(),
      y: self.y.scaled(-F::ONE),
    }
  }
}

/// y² = x³ + b: three rows. It holds for no point with x = 0 or y = 0 on our curves.
pub fn on_curve<F: PrimeField>(cs: &mut Builder<F>, p: &Point<F>, b: &Num<F>) {
  cs.scoped("on-curve", |cs| {
    let square = cs.product("x^2", &p.x, &p.x);
    let cube = cs.product("x^3", &square, &p.x);
    cs.enforce("y^2", &p.y, &p.y, &cube.plus(b));
  });
}

/// 1 for (0, 0), 0 for a point of the curve; anything else is refused: six rows.
pub fn neutral_or_on_curve<F: PrimeField>(cs: &mut Builder<F>, p: &Point<F>, b: F) -> Num<F> {
  let flag = cs.scoped("neutral", |cs| {
    let flag = cs.is_zero("x", &p.x);
    let zero = cs.constant(F::ZERO);
    cs.enforce("y", &flag, &p.y, &zero);
    flag
  });
  // With the flag set the equation reads y² = x³, at x = 0.
  let b = cs.constant(b).minus(&flag.scaled(b));
  on_curve(cs, p, &b);
  flag
}

/// 2·P: four rows.
pub fn double<F: PrimeField>(cs: &mut Builder<F>, p: &Point<F>) -> Point<F> {
  cs.scoped("double", |cs| {
    let square = cs.product("x^2", &p.x, &p.x);
    let slope = cs.quotient("slope", &square.scaled(F::from(3)), &p.y.scaled(F::from(2)));
    let x = slope_square(cs, &slope, &p.x, &p.x);
    let y = slope_y(cs, &slope, p, &x);
    Point { x, y }
  })
}

/// P + Q for points of different x: three rows.
pub fn add<F: PrimeField>(cs: &mut Builder<F>, p: &Point<F>, q: &Point<F>) -> Point<F> {
  let slope = cs.quotient("slope", &q.y.minus(&p.y), &q.x.minus(&p.x));
  let x = slope_square(cs, &slope, &p.x, &q.x);
  let y = slope_y(cs, &slope, p, &x);
  Point { x, y }
}

/// 2·A + D as (A + D) + A, without the y of A + D: five rows.
pub fn double_and_add<F: PrimeField>(cs: &mut Builder<F>, a: &Point<F>, d: &Point<F>) -> Point<F> {
  let first = cs.quotient("first-slope", &d.y.minus(&a.y), &d.x.minus(&a.x));
  let between = slope_square(cs, &first, &a.x, &d.x);
  // The slope through A and A + D: 2·y_A/(x_A − x) − first.
  let run = a.x.minus(&between);
  let sum = cs.quotient("slopes", &a.y.scaled(F::from(2)), &run);
  let second = sum.minus(&first);
  let x = slope_square(cs, &second, &between, &a.x);
  let y = slope_y(cs, &second, a, &x);
  Point { x, y }
}

/// The third x on a line: slope² − x₁ − x₂.
fn slope_square<F: PrimeField>(cs: &mut Builder<F>, slope: &Num<F>, x1: &Num<F>, x2: &Num<F>) -> Num<F> {
  let value = slope.value.square() - x1.value - x2.value;
  let x = cs.wire("x", value);
  cs.enforce("x", slope, slope, &x.plus(x1).plus(x2));
  x
}

/// slope·(x_P − x) − y_P.
fn slope_y<F: PrimeField>(cs: &mut Builder<F>, slope: &Num<F>, p: &Point<F>, x: &Num<F>) -> Num<F> {
  let value = slope.value * (p.x.value - x.value) - p.y.value;
  let y = cs.wire("y", value);
  cs.enforce("y", slope, &p.x.minus(x), &y.plus(&p.y));
  y
}

/// P + Q where P may be (0, 0) and Q is a point of the curve other than ±P, which is enforced. P is checked: twelve
/// rows.
pub fn add_to_checked<F: PrimeField>(cs: &mut Builder<F>, p: &Point<F>, q: &Point<F>, b: F) -> Point<F> {
  let flag = neutral_or_on_curve(cs, p, b);
  cs.not_zero("apart", &q.x.minus(&p.x));
  let sum = add(cs, p, q);
  Point {
    x: cs.select("sum-x", &flag, &q.x, &sum.x),
    y: cs.select("sum-y", &flag, &q.y, &sum.y),
  }
}
