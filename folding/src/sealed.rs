//! Files of our own: `magic ‖ version ‖ length ‖ body ‖ SHA-256 of all before`. The sum guards against damage, not
//! against an enemy: whoever can write the file can write the sum.

use crate::error::{Code, Error, Result};
use sha2::{Digest, Sha256};
use std::{fs, io::Write, path::Path};

const HEAD: usize = 8 + 4 + 8;
const SUM: usize = 32;

/// One kind of file.
pub struct Kind {
  pub magic: [u8; 8],
  pub version: u32,
  /// What a damaged one is reported as.
  pub code: Code,
  /// For people: "accumulator", "parameter file".
  pub name: &'static str,
}

impl Kind {
  fn bad(&self, what: &str) -> Error {
    Error::new(self.code, format!("{}: {what}", self.name))
  }

  pub fn seal(&self, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + body.len() + SUM);
    out.extend_from_slice(&self.magic);
    out.extend_from_slice(&self.version.to_le_bytes());
    out.extend_from_slice(&(body.len() as u64).to_le_bytes());
    out.extend_from_slice(body);
    let sum = Sha256::digest(&out);
    out.extend_from_slice(&sum);
    out
  }

  /// The body, once magic, version, length and sum have been checked.
  pub fn open<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8]> {
    let (head, _) = bytes.split_at_checked(HEAD).ok_or_else(|| self.bad("too short"))?;
    if head[..8] != self.magic {
      return Err(self.bad("not a file of this kind"));
    }
    if head[8..12] != self.version.to_le_bytes() {
      return Err(self.bad("written by another version"));
    }
    let length = (bytes.len() as u64)
      .checked_sub((HEAD + SUM) as u64)
      .ok_or_else(|| self.bad("too short"))?;
    if head[12..20] != length.to_le_bytes() {
      return Err(self.bad("truncated or with bytes after its end"));
    }
    let (sealed, sum) = bytes.split_at(bytes.len() - SUM);
    if Sha256::digest(sealed).as_slice() != sum {
      return Err(self.bad("checksum differs: the file is damaged"));
    }
    Ok(&sealed[HEAD..])
  }
}

/// Replaces `path` by `bytes` so that a crash leaves either the old file or the new one.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
  let temporary = path.with_extension(format!("tmp-{}", std::process::id()));
  let write = || -> std::io::Result<()> {
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    if let Some(directory) = path.parent() {
      fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
  };
  write().map_err(|error| {
    let _ = fs::remove_file(&temporary);
    Error::io("write", path, error)
  })
}

/// Reads a whole file of at most `limit` bytes.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>> {
  let length = fs::metadata(path).map_err(|e| Error::io("read", path, e))?.len();
  if length > limit {
    return Err(Error::new(
      Code::Io,
      format!(
        "cannot read {}: {length} bytes exceed the limit of {limit}",
        path.display()
      ),
    ));
  }
  fs::read(path).map_err(|e| Error::io("read", path, e))
}
