//! What the powers of tau under a key rest on.

use crate::{
  error::{Error, Result},
  ptau,
  quiet::quietly,
};
use halo2curves::{
  bn256::{Bn256, G1Affine, G2Affine},
  pairing::Engine,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupKind {
  /// τ·G2 is the pinned ceremony's.
  Ceremony,
  /// Anything else: somebody may know τ.
  InsecureDev,
}

impl SetupKind {
  /// The kind that follows from a key's τ·G2. `ceremony` replaces the pinned one (`ptau::encode_g2`'s form), for tests.
  pub fn of(tau_g2: &G2Affine, ceremony: Option<&[u8]>) -> Result<Self> {
    let pin = ceremony.unwrap_or(&ptau::CEREMONY_TAU_G2);
    if pin.len() != ptau::G2_BYTES {
      return Err(Error::key(format!("a ceremony's τ·G2 has {} bytes", ptau::G2_BYTES)));
    }
    Ok(if ptau::encode_g2(tau_g2)[..] == *pin {
      SetupKind::Ceremony
    } else {
      SetupKind::InsecureDev
    })
  }

  /// The kind that follows from τ·G1, where τ·G2 is not at hand: e(τ·G1, G2) = e(G1, τ·G2) for one τ alone.
  pub fn of_power(tau_g1: &G1Affine) -> Result<Self> {
    // Reading a G2 point checks its group, which prints (`quiet`).
    let ceremony = quietly(|| ptau::decode_g2(&ptau::CEREMONY_TAU_G2))?;
    Ok(if is_power_of(tau_g1, &ceremony) {
      SetupKind::Ceremony
    } else {
      SetupKind::InsecureDev
    })
  }

  pub const fn as_str(self) -> &'static str {
    match self {
      SetupKind::Ceremony => "ceremony",
      SetupKind::InsecureDev => "insecure-dev",
    }
  }

  /// As one byte of a file.
  pub const fn as_byte(self) -> u8 {
    match self {
      SetupKind::Ceremony => 1,
      SetupKind::InsecureDev => 0,
    }
  }
}

fn is_power_of(tau_g1: &G1Affine, tau_g2: &G2Affine) -> bool {
  Bn256::pairing(tau_g1, &G2Affine::generator()) == Bn256::pairing(&G1Affine::generator(), tau_g2)
}

#[cfg(test)]
mod tests {
  use super::*;
  use halo2curves::{bn256::Fr, group::Curve};

  #[test]
  fn the_kind_follows_from_a_power_on_either_curve() {
    let tau = Fr::from(77);
    let [own, other] = [tau, tau + Fr::from(1)].map(|tau| (G1Affine::generator() * tau).to_affine());
    let tau_g2 = (G2Affine::generator() * tau).to_affine();
    assert!(is_power_of(&own, &tau_g2));
    assert!(!is_power_of(&other, &tau_g2));
    assert_eq!(SetupKind::of_power(&own).unwrap(), SetupKind::InsecureDev);
    assert_eq!(SetupKind::of(&tau_g2, None).unwrap(), SetupKind::InsecureDev);
  }
}
