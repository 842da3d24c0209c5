//! One error type for the whole crate. `code` is part of the public interface: JavaScript sees it as `error.code`.

use std::{fmt, path::Path};

/// What kind of thing went wrong; each has one literal code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
  /// The circuit file is not one this crate can fold.
  R1cs,
  /// The powers-of-tau file is unusable.
  Ptau,
  /// A key or parameter file is damaged or belongs to something else.
  Key,
  /// A saved accumulator is damaged, belongs to another key, or does not hold.
  Accumulator,
  /// A witness does not fit the circuit or the state it is to extend.
  Witness,
  /// Public values are not as many as the circuit has, or not canonical.
  Public,
  /// The bytes are no proof of this key's shape.
  ProofMalformed,
  /// A well-formed proof that does not prove the claim.
  ProofInvalid,
  /// The caller asked to stop.
  Aborted,
  /// Reading or writing a file failed.
  Io,
  /// A bug: a caught panic or a broken invariant.
  Internal,
}

impl Code {
  /// The literal that crosses every boundary.
  pub const fn as_str(self) -> &'static str {
    match self {
      Code::R1cs => "E_R1CS",
      Code::Ptau => "E_PTAU",
      Code::Key => "E_KEY",
      Code::Accumulator => "E_ACCUMULATOR",
      Code::Witness => "E_WITNESS",
      Code::Public => "E_PUBLIC_VALUES",
      Code::ProofMalformed => "E_PROOF_MALFORMED",
      Code::ProofInvalid => "E_PROOF_INVALID",
      Code::Aborted => "E_ABORTED",
      Code::Io => "E_IO",
      Code::Internal => "E_INTERNAL",
    }
  }
}

/// A failure with its code and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
  pub code: Code,
  pub message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
  pub fn new(code: Code, message: impl Into<String>) -> Self {
    Error {
      code,
      message: message.into(),
    }
  }

  /// An I/O failure, naming what was being done to which file.
  pub fn io(doing: &str, path: &Path, error: std::io::Error) -> Self {
    Error::new(Code::Io, format!("cannot {doing} {}: {error}", path.display()))
  }

  pub fn ptau(message: impl Into<String>) -> Self {
    Error::new(Code::Ptau, message)
  }

  pub fn key(message: impl Into<String>) -> Self {
    Error::new(Code::Key, message)
  }

  pub fn internal(message: impl Into<String>) -> Self {
    Error::new(Code::Internal, message)
  }

  pub fn aborted() -> Self {
    Error::new(Code::Aborted, "stopped at the caller's request")
  }
}

impl fmt::Display for Error {
  fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}: {}", self.code.as_str(), self.message)
  }
}

impl std::error::Error for Error {}
