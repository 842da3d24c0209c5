//! The fold of two instances, and the hashes that bind a chain of folds.

pub mod hashes;
pub mod line;
pub mod nifs;
