//! The tests through the crate's public face, one program: linking is what takes longest.

mod common;
mod contract;
mod fold;
mod key;
mod line;
mod mask;
mod oneshot;
mod r1cs;
mod storage;
