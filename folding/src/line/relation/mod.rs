//! Incoming and running instances of a step's relation (folding-scheme §2), their witnesses, and what holds of them.

pub mod matrices;
pub mod rows;
pub mod small;

use self::small::Small;
use crate::{
  curves::Fr,
  error::Result,
  line::{
    curve::{G, point_limbs},
    words::{Reader, Writer},
  },
  sparse::Shape,
};
use ff::Field;
use rayon::prelude::*;

/// Strict: Az∘Bz = Cz for z = (W, 1, x), C a commitment to W.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
  pub c: G,
  pub x: Fr,
}

/// Relaxed: Ẽ(β) = e for E = Az∘Bz − u·Cz, z = (W, u, x), C a commitment to W.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
  pub c: G,
  pub u: Fr,
  pub x: Fr,
  pub e: Fr,
  pub beta: Vec<Fr>,
}

impl Running {
  /// U⊥: everything zero. It holds with W = 0.
  pub fn default_of(log_rows: usize) -> Self {
    Running {
      c: G::default(),
      u: Fr::ZERO,
      x: Fr::ZERO,
      e: Fr::ZERO,
      beta: vec![Fr::ZERO; log_rows],
    }
  }

  /// Words of an instance in a file or a proof.
  pub fn words(log_rows: usize) -> usize {
    4 + log_rows
  }

  pub fn write(&self, out: &mut Writer) {
    out.point(&self.c);
    out.scalars(&[self.u, self.x, self.e]);
    out.scalars(&self.beta);
  }

  pub fn read(from: &mut Reader<'_>, log_rows: usize) -> Result<Self> {
    Ok(Running {
      c: from.point()?,
      u: from.scalar()?,
      x: from.scalar()?,
      e: from.scalar()?,
      beta: from.scalars(log_rows)?,
    })
  }

  /// C (six limbs), u, x, e, β: as the io hash takes it.
  pub fn elements(&self) -> Vec<Fr> {
    let mut out = point_limbs(&self.c).to_vec();
    out.extend([self.u, self.x, self.e]);
    out.extend(&self.beta);
    out
  }
}

/// Az, Bz and Cz of some z, one value a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Products {
  pub az: Vec<Fr>,
  pub bz: Vec<Fr>,
  pub cz: Vec<Fr>,
}

impl Products {
  /// For z = (witness, u, x).
  pub fn of(shape: &Shape<Fr>, witness: &[Fr], u: Fr, x: Fr) -> Self {
    let [az, bz, cz] = rows::products(shape, witness, &[u, x]);
    Products { az, bz, cz }
  }

  pub fn zero(rows: usize) -> Self {
    let zeroes = || vec![Fr::ZERO; rows];
    Products {
      az: zeroes(),
      bz: zeroes(),
      cz: zeroes(),
    }
  }

  /// The first row in which Az·Bz ≠ Cz.
  pub fn broken_row(&self) -> Option<usize> {
    let small = Small::new();
    (0..self.az.len())
      .into_par_iter()
      .with_min_len(4096)
      .find_first(|row| small.times(&self.az[*row], &self.bz[*row]) != self.cz[*row])
  }
}

/// What a running instance speaks of, with the tables that the next fold needs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningWitness {
  pub w: Vec<Fr>,
  pub products: Products,
  /// E = Az∘Bz − u·Cz, one value a row.
  pub error: Vec<Fr>,
}

impl RunningWitness {
  pub fn default_of(shape: &Shape<Fr>) -> Self {
    RunningWitness {
      w: vec![Fr::ZERO; shape.variables],
      products: Products::zero(shape.constraints),
      error: vec![Fr::ZERO; shape.constraints],
    }
  }

  /// From the witness alone: the tables follow.
  pub fn of(shape: &Shape<Fr>, instance: &Running, w: Vec<Fr>) -> Self {
    let products = Products::of(shape, &w, instance.u, instance.x);
    let error = products
      .az
      .par_iter()
      .zip(&products.bz)
      .zip(&products.cz)
      .map(|((a, b), c)| *a * b - instance.u * c)
      .collect();
    RunningWitness { w, products, error }
  }
}

/// The multilinear extension of a table whose index has coordinate 1 as its lowest bit, at a point.
pub fn evaluate<F: Field>(table: &[F], point: &[F]) -> F {
  match point.split_last() {
    None => table.first().copied().unwrap_or(F::ZERO),
    Some((last, rest)) => {
      let (low, high) = table.split_at(table.len() / 2);
      let (low, high) = if table.len() > 4096 {
        rayon::join(|| evaluate(low, rest), || evaluate(high, rest))
      } else {
        (evaluate(low, rest), evaluate(high, rest))
      };
      low + *last * (high - low)
    }
  }
}
