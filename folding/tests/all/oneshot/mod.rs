//! One-shot proofs.

mod forged;
mod random;
mod runs;
mod scene;
mod sizes;
mod words;
