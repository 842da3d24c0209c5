//! The Node addon: thin, and without a thought of its own. `folding/index.d.ts` is its interface in TypeScript.

mod fold;
mod oneshot;
mod poseidon;
mod powers;
mod progress;
mod setup;
mod storage;
mod task;
mod verifier;
mod witness;

use napi::bindgen_prelude::Env;

/// A JavaScript `Error` whose `code` is the literal of ours.
fn thrown(env: Env, error: &crate::error::Error) -> napi::Error {
  let error = napi::Error::new(error.code.as_str(), &error.message);
  napi::Error::from(napi::JsError::from(error).into_unknown(env))
}

/// An id as JavaScript has it.
fn hex(id: &[u8; 32]) -> String {
  id.iter().map(|byte| format!("{byte:02x}")).collect()
}
