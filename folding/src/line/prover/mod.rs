//! The prover: parameters, chains of steps, their files, compression.

pub mod accumulator;
pub mod compress;
mod decider;
pub mod generators;
pub mod ivc;
pub mod parameter_file;
pub mod parameters;
pub mod scheme;
