//! The constants of Nova's random oracle (Poseidon of width 25 over both fields). They follow from the fields, but
//! nova-snark takes 0.2 s natively and a second in WebAssembly to derive each set, so a key carries what hashing uses:
//! the MDS matrix and the optimised rounds, not the matrices from which those were derived, nor the narrow sponge,
//! which verifying never touches. Like the digests they are trusted through the key id.

use crate::{
  bytes::{Reader, put_field, put_number},
  error::{Error, Result},
};
use ff::PrimeField;
use serde::{Deserialize, Serialize};

/// Wider than any state of Nova's, and more rounds than any has.
const MAX_WIDTH: u64 = 64;
const MAX_ROUNDS: u64 = 256;
const FULL_ROUNDS: usize = 8;
/// `Strength::Standard` and `HashType::Sponge` by their numbers.
const STANDARD: u32 = 0;
const SPONGE: u32 = 6;

type Matrix<F> = Vec<Vec<F>>;

/// nova-snark's `PoseidonConstantsCircuit`, for its serialisation.
#[derive(Serialize, Deserialize, PartialEq)]
#[serde(bound = "F: Serialize + for<'a> Deserialize<'a>")]
pub struct Constants<F> {
  wide: Sponge<F>,
  narrow: Sponge<F>,
}

/// nova-snark's `PoseidonConstants`.
#[derive(Serialize, Deserialize, PartialEq)]
#[serde(bound = "F: Serialize + for<'a> Deserialize<'a>")]
struct Sponge<F> {
  /// Only the first, M itself, takes part in hashing.
  mds: [Matrix<F>; 6],
  rounds: Vec<F>,
  pre_sparse: Matrix<F>,
  /// First column, then first row without its first element.
  sparse: Vec<(Vec<F>, Vec<F>)>,
  strength: u32,
  full_rounds: usize,
  partial_rounds: usize,
  hash_type: u32,
}

impl<F: PrimeField> Sponge<F> {
  fn of(m: Matrix<F>, rounds: Vec<F>, pre_sparse: Matrix<F>, sparse: Vec<(Vec<F>, Vec<F>)>) -> Self {
    let partial_rounds = sparse.len();
    let mut mds: [Matrix<F>; 6] = Default::default();
    mds[0] = m;
    Sponge {
      mds,
      rounds,
      pre_sparse,
      sparse,
      strength: STANDARD,
      full_rounds: FULL_ROUNDS,
      partial_rounds,
      hash_type: SPONGE,
    }
  }
}

impl<F: PrimeField + Serialize + for<'a> Deserialize<'a>> Constants<F> {
  /// What verifying needs of nova-snark's constants (given by their serialisation).
  pub fn reduce(serialised: &[u8]) -> Result<Self> {
    let bad = || Error::internal("nova-snark's hash constants are not of the expected form");
    let (full, read): (Self, usize) =
      bincode::serde::decode_from_slice(serialised, bincode::config::legacy()).map_err(|_| bad())?;
    let Sponge {
      mds: [m, ..],
      rounds,
      pre_sparse,
      sparse,
      strength,
      full_rounds,
      partial_rounds,
      hash_type,
    } = full.wide;
    let expected = (STANDARD, FULL_ROUNDS, sparse.len(), SPONGE);
    if read != serialised.len() || (strength, full_rounds, partial_rounds, hash_type) != expected {
      return Err(bad());
    }
    let narrow = Sponge::of(Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Ok(Constants {
      wide: Sponge::of(m, rounds, pre_sparse, sparse),
      narrow,
    })
  }

  pub fn encode(&self, out: &mut Vec<u8>) {
    let wide = &self.wide;
    for number in [wide.pre_sparse.len(), wide.sparse.len(), wide.rounds.len()] {
      put_number(out, number as u64);
    }
    let rows = wide.mds[0].iter().chain(&wide.pre_sparse).chain([&wide.rounds]);
    let sparse = wide.sparse.iter().flat_map(|(column, row)| [column, row]);
    rows.chain(sparse).flatten().for_each(|value| put_field(out, value));
  }

  pub fn decode(reader: &mut Reader<'_>) -> Result<Self> {
    let width = reader.number(MAX_WIDTH)? as usize;
    let sparse = reader.number(MAX_ROUNDS)? as usize;
    let rounds = reader.number(MAX_WIDTH * MAX_ROUNDS)? as usize;
    // nova-snark walks through the constants by these counts and would panic.
    if width < 2 || sparse == 0 || rounds != FULL_ROUNDS * width + sparse {
      return Err(Error::key("hash constants of another hash"));
    }
    let matrix = |reader: &mut Reader<'_>| (0..width).map(|_| row(reader, width)).collect::<Result<Matrix<F>>>();
    let (m, pre_sparse) = (matrix(reader)?, matrix(reader)?);
    let rounds = row(reader, rounds)?;
    let sparse = (0..sparse)
      .map(|_| Ok((row(reader, width)?, row(reader, width - 1)?)))
      .collect::<Result<Vec<_>>>()?;
    let narrow = Sponge::of(Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Ok(Constants {
      wide: Sponge::of(m, rounds, pre_sparse, sparse),
      narrow,
    })
  }
}

fn row<F: PrimeField>(reader: &mut Reader<'_>, length: usize) -> Result<Vec<F>> {
  (0..length).map(|_| reader.field()).collect()
}
