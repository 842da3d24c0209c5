//! The prover's side of Spartan and of Mercury.

pub mod mercury;
pub mod spartan;
