//! What the powers of tau under a key rest on.

use crate::{
  error::{Error, Result},
  ptau,
};
use halo2curves::bn256::G2Affine;

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

  pub const fn from_byte(byte: u8) -> Self {
    if byte == 1 {
      SetupKind::Ceremony
    } else {
      SetupKind::InsecureDev
    }
  }
}
