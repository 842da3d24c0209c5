//! CycleFold (eprint 2023/1192): the one operation of a fold on G, (x₃, y₃) = (x₁, y₁) + γ·(x₂, y₂), as a circuit over K.
//! Public: s, t′ (γ's bits, `challenge.rs`), then the three points. The second and the third are points of the curve; the
//! first may be (0, 0), the neutral element. Where the sum would need a doubling or be neutral there is no witness.

pub mod instance;

use crate::{
  curves::Fq,
  line::{
    circuit::{
      builder::Builder,
      num::Num,
      points::{self, Point},
    },
    curve::{ENDOMORPHISM, G, G_B},
    sponge::challenge::Bits,
  },
  sparse::Shape,
};
use ff::Field;
use std::sync::LazyLock;

pub const ROWS: usize = 664;
/// Rows and variables, padded.
pub const SIZE: usize = 1 << 10;
pub const PUBLIC: usize = 8;

pub type PublicValues = [Fq; PUBLIC];

/// The circuit with all its names.
pub static CIRCUIT: LazyLock<Builder<Fq>> = LazyLock::new(|| {
  let g = G::default();
  let mut cs = Builder::recording(0);
  write(&mut cs, Bits(0), &g, &g, &g);
  cs
});

pub static SHAPE: LazyLock<Shape<Fq>> = LazyLock::new(|| {
  // The circuit is fixed, and smaller.
  CIRCUIT.shape(SIZE, SIZE).unwrap_or_else(|| unreachable!())
});

/// The padded witness and the public values for sum = first + γ·second.
pub fn witness(gamma: Bits, first: &G, second: &G, sum: &G) -> (Vec<Fq>, PublicValues) {
  let mut cs = Builder::values(0);
  write(&mut cs, gamma, first, second, sum);
  let mut wires = cs.witness().to_vec();
  wires.resize(SIZE, Fq::ZERO);
  let mut public = [Fq::ZERO; PUBLIC];
  public.copy_from_slice(cs.public_values());
  (wires, public)
}

fn write(cs: &mut Builder<Fq>, gamma: Bits, first: &G, second: &G, sum: &G) {
  let zeta = ENDOMORPHISM.zeta;
  let public_s = cs.public(Fq::from(gamma.s()));
  let public_t = cs.public(Fq::from(gamma.t()));
  let mut point = |p: &G| Point {
    x: cs.public(p.x),
    y: cs.public(p.y),
  };
  let (p, q, result) = (point(first), point(second), point(sum));

  let s = cs.bits("s", &public_s.value, 64);
  let t = cs.bits("t", &public_t.value, 64);
  let (packed_s, packed_t) = (cs.packed(&s), cs.packed(&t));
  cs.equal("s-packed", &packed_s, &public_s);
  cs.equal("t-packed", &packed_t, &public_t);

  let b = cs.constant(Fq::from(G_B));
  cs.scoped("second", |cs| points::on_curve(cs, &q, &b));
  // Q + φQ + φ²Q = 0, so Q + φQ = −φ²Q.
  let plus = Point {
    x: q.x.scaled(zeta.square()),
    y: q.y.scaled(-Fq::ONE),
  };
  // Q − φQ: the x differ, since x ≠ 0 and ζ ≠ 1.
  let image = Point {
    x: q.x.scaled(zeta),
    y: q.y.scaled(-Fq::ONE),
  };
  let minus = cs.scoped("difference", |cs| points::add(cs, &q, &image));

  let mut multiple = cs.scoped("head", |cs| points::double(cs, &plus));
  for j in (0..64).rev() {
    multiple = cs.scoped("ladder", |cs| {
      let digit = cs.scoped("digit", |cs| {
        let x = cs.select("x", &s[j], &minus.x, &plus.x);
        let y = cs.select("y", &s[j], &minus.y, &plus.y);
        let sign = t[j].scaled(Fq::from(2)).minus(&cs.constant(Fq::ONE));
        let y = cs.product("signed-y", &sign, &y);
        Point { x, y }
      });
      points::double_and_add(cs, &multiple, &digit)
    });
  }
  cs.scoped("sum", |cs| sum_is(cs, &p, &multiple, &result));
}

/// Result = p + multiple, p checked: twelve rows, the last two of which give the public sum no wire of its own.
fn sum_is(cs: &mut Builder<Fq>, p: &Point<Fq>, multiple: &Point<Fq>, result: &Point<Fq>) {
  let flag = points::neutral_or_on_curve(cs, p, Fq::from(G_B));
  cs.not_zero("apart", &multiple.x.minus(&p.x));
  let sum = points::add(cs, p, multiple);
  let chosen = |a: &Num<Fq>, b: &Num<Fq>| a.minus(b);
  cs.enforce("sum-x", &flag, &chosen(&multiple.x, &sum.x), &result.x.minus(&sum.x));
  cs.enforce("sum-y", &flag, &chosen(&multiple.y, &sum.y), &result.y.minus(&sum.y));
}
