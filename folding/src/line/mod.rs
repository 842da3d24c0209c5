//! Line: folding of a circom step circuit without committed cross terms (Mova, eprint 2024/1220, with CycleFold,
//! 2023/1192), compressed by one Spartan proof. README.md says how far it is.

pub mod augmented;
pub mod builder;
pub mod challenge;
pub mod commitment;
pub mod compress;
pub mod curve;
pub mod cycle;
pub mod cyclefold;
pub mod evaluation;
pub mod grain;
pub mod inner_product;
pub mod ivc;
pub mod matrices;
pub mod mercury;
pub mod multiples;
pub mod nifs;
pub mod parameters;
pub mod points;
pub mod poseidon;
pub mod proof;
pub mod relation;
pub mod rows;
pub mod small;
pub mod sponge;
pub mod sponge_gadget;
pub mod statement;
pub mod sumcheck;
pub mod transcript;
pub mod verify;
pub mod widths;
