//! Stands in for getrandom 0.2 when the verifier is built for WebAssembly (`scripts/build-wasm.ts` patches it in; the
//! native addon keeps the real one). Verifying needs no randomness, and without this the module would have imports.
//! Every request fails, so nothing can mistake it for a source of randomness.

use core::{fmt, num::NonZeroU32};

/// getrandom 0.2's error, as far as rand_core looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error(NonZeroU32);

impl Error {
  /// The real crate's code for targets without a source.
  pub const UNSUPPORTED: Error = Error(NonZeroU32::MIN.saturating_add((1 << 31) - 1));

  pub const fn code(self) -> NonZeroU32 {
    self.0
  }

  /// No operating system, no error of its.
  pub const fn raw_os_error(self) -> Option<i32> {
    None
  }
}

impl From<NonZeroU32> for Error {
  fn from(code: NonZeroU32) -> Self {
    Error(code)
  }
}

impl fmt::Display for Error {
  fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("this module has no source of randomness")
  }
}

#[cfg(feature = "std")]
impl std::error::Error for Error {}

pub fn getrandom(_destination: &mut [u8]) -> Result<(), Error> {
  Err(Error::UNSUPPORTED)
}
