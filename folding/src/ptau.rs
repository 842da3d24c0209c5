//! Powers of tau: the development file, strict reading of any given file, and the pinned public ceremony.

mod check;
mod dev;
mod file;
mod msm;
mod pin;

pub use check::{Powers, PtauInfo, check_ptau, open_ptau, read_powers};
pub use dev::{BN254_Q, DEV_DOMAIN, MAX_DEV_POWER, dev_secret, dev_tau_g2, write_dev_ptau, write_ptau_of};
pub use file::PtauFile;
pub use pin::{CEREMONY_TAU_G2, G2_BYTES, decode_g2, encode_g2};
