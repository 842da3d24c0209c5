//! Powers of tau: the development file, strict reading of any given file, and the pinned public ceremony.

mod dev;
mod msm;

pub use dev::{BN254_Q, DEV_DOMAIN, MAX_DEV_POWER, dev_secret, dev_tau_g2, write_dev_ptau};
