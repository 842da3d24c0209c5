//! How Line writes its two own circuits.

pub mod builder;
pub mod num;
pub mod points;
