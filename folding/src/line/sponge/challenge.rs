//! The challenges that drive a scalar multiplication in a circuit (folding-scheme §4): 128 bits of a squeeze, taken from
//! its canonical form, so that one squeeze gives one challenge.

use crate::{
  curves::{Fq, Fr},
  line::curve::ENDOMORPHISM,
};
use ff::{Field, PrimeField};

pub const BITS: usize = 128;

/// The low 128 bits of a squeeze, low first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits(pub u128);

impl Bits {
  pub fn of(squeezed: &Fr) -> Self {
    let repr = squeezed.to_repr();
    let mut low = [0; 16];
    low.copy_from_slice(&repr.as_ref()[..16]);
    Bits(u128::from_le_bytes(low))
  }

  /// Bits 0 to 63: which digit, P + φP or P − φP.
  pub fn s(self) -> u64 {
    self.0 as u64
  }

  /// Bits 64 to 127: the digit's sign.
  pub fn t(self) -> u64 {
    (self.0 >> 64) as u64
  }

  /// γ = Σ_j 2^j·(2t′_j − 1)(1 + λ − 2λ·s_j) + 2^65·(1 + λ): different bits give different values, and no sum on the way
  /// of a ladder that starts from the doubled digit meets a digit or the neutral element.
  pub fn gamma(self) -> Fr {
    let lambda = ENDOMORPHISM.lambda;
    let (plus, minus) = (Fr::ONE + lambda, Fr::ONE - lambda);
    (0..64).rev().fold(plus.double(), |sum, j| {
      let digit = if self.s() >> j & 1 == 0 { plus } else { minus };
      sum.double() + if self.t() >> j & 1 == 1 { digit } else { -digit }
    })
  }

  /// r = 2^129 + Σ_j 2^j·(2b_j − 1) = 2^128 + 1 + 2b: odd, below 2^129.6. In F for the sums of the step circuit.
  pub fn r(self) -> Fr {
    power_of_two::<Fr>(128) + Fr::ONE + Fr::from_u128(self.0).double()
  }

  /// The same number in K, for scalars of H.
  pub fn r_in_k(self) -> Fq {
    power_of_two::<Fq>(128) + Fq::ONE + Fq::from_u128(self.0).double()
  }
}

fn power_of_two<T: PrimeField>(exponent: u64) -> T {
  T::from(2).pow_vartime([exponent])
}
