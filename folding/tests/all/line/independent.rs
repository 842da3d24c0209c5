//! Proofs and constants under a second verifier, which is written in Python from the documented bytes alone
//! (`test/line/verify.py`) and shares no code with this crate. Where there is no python3 the tests say so.

use super::{
  forger::key,
  scene::{chain, compressed, parameters},
};
use ff::PrimeField;
use std::{fs, path::PathBuf, process::Command};
use wsc_folding::line::{
  curve::ENDOMORPHISM, cyclefold, prover::generators, sponge::poseidon::PARAMETERS, verifier::verify::verify,
};
use wsc_folding::{curves::Fr, field, sparse};

fn hex(bytes: &[u8]) -> String {
  bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn scripts() -> PathBuf {
  PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../test/line")
}

/// What a script prints; None without python3.
fn python(arguments: &[&str]) -> Option<String> {
  let ran = Command::new("python3")
    .arg("-B")
    .args(arguments)
    .current_dir(scripts())
    .output();
  let Ok(output) = ran else {
    println!("not run: there is no python3");
    return None;
  };
  assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
  Some(String::from_utf8(output.stdout).unwrap())
}

struct Case {
  proof: Vec<u8>,
  n: u64,
  z0: Vec<Fr>,
}

/// The second verifier's verdicts, one for each case.
fn verdicts(cases: &[Case]) -> Option<Vec<String>> {
  let mut cycle_shape = Vec::new();
  sparse::encode(&*cyclefold::SHAPE, &mut cycle_shape);
  let listed: Vec<String> = cases
    .iter()
    .map(|case| {
      let z0: Vec<String> = case
        .z0
        .iter()
        .map(|z| format!("\"{}\"", hex(&field::encode(z))))
        .collect();
      format!(
        r#"{{"proof":"{}","n":{},"z0":[{}]}}"#,
        hex(&case.proof),
        case.n,
        z0.join(",")
      )
    })
    .collect();
  let text = format!(
    r#"{{"key":"{}","cycleShape":"{}","cases":[{}]}}"#,
    hex(&parameters().key().unwrap()),
    hex(&cycle_shape),
    listed.join(",")
  );
  let directory = crate::common::Temporary::new("independent");
  let path = directory.0.join("cases.json");
  fs::write(&path, text).unwrap();
  let out = python(&["verify.py", path.to_str().unwrap()])?;
  Some(out.lines().map(str::to_string).collect())
}

#[test]
fn a_second_verifier_agrees() {
  let mut cases = Vec::new();
  let mut expected = Vec::new();
  for steps in 1..=3 {
    let accumulator = chain(steps);
    let proof = compressed(&accumulator).encode();
    expected.push(format!("ok {}", hex(&field::encode_vec(&accumulator.zn))));
    cases.push(Case {
      proof,
      n: steps,
      z0: accumulator.z0,
    });
  }
  // Words of every part but Mercury's points, which only a pairing binds.
  let rows = parameters().layout.log_rows;
  let cycle = 2 + 4 + rows + 1;
  let fold = cycle + 23;
  let outer = fold + rows + 1;
  let mercury = outer + 4 * rows + 4;
  let grumpkin = mercury + 14;
  let honest = cases[2].proof.clone();
  let z0 = cases[2].z0.clone();
  for (word, reason) in [
    (0, "outer sum-check"),
    (4, "outer sum-check"),
    (cycle + 2, "outer sum-check"),
    (cycle + 20, "outer sum-check"),
    (fold, "outer sum-check"),
    (fold + rows, "outer sum-check"),
    (outer + 3, "outer sum-check"),
    (outer + 2 * rows, "outer sum-check"),
    (outer + 2 * rows + 4, "inner sum-check"),
    (mercury - 1, "inner sum-check"),
    (mercury + 9, "CycleFold's outer sum-check"),
    (grumpkin + 1, "CycleFold's outer sum-check"),
    (grumpkin + 22, "CycleFold's outer sum-check"),
    (grumpkin + 25, "CycleFold's inner sum-check"),
    (grumpkin + 44, "CycleFold's inner sum-check"),
    (grumpkin + 46, "CycleFold's joint sum-check"),
    (grumpkin + 65, "CycleFold's joint sum-check"),
    (grumpkin + 87, "opening on Grumpkin"),
  ] {
    let mut proof = honest.clone();
    proof[32 * word] ^= 1;
    let ours = verify(key(), &proof, 3, &z0).unwrap_err().message;
    if word != mercury + 9 {
      assert_eq!(ours.trim_start_matches("the "), reason, "{word}");
    }
    expected.push(format!("refused: {reason}"));
    cases.push(Case {
      proof,
      n: 3,
      z0: z0.clone(),
    });
  }
  for (n, reason) in [
    (0, "number of steps"),
    (4, "outer sum-check"),
    (1, "first"),
    ((1 << 38) + 1, "number of steps"),
  ] {
    expected.push(format!("refused: {reason}"));
    cases.push(Case {
      proof: honest.clone(),
      n,
      z0: z0.clone(),
    });
  }
  if let Some(found) = verdicts(&cases) {
    assert_eq!(found, expected);
  }
}

#[test]
fn constants_are_derived_again() {
  let script = "
import arithmetic as a
text = lambda values: ''.join(v.to_bytes(32, 'little').hex() for v in values)
print(text(v for row in a.CONSTANTS + a.MIX for v in row))
print(text(v for point in a.generators(b'wsc-line-1 cyclefold', 1025) for v in point))
import verify
l = verify.LAMBDA
z = next(z for z in ((a.root(-3, a.Q) * s - 1) * pow(2, -1, a.Q) % a.Q for s in (1, -1))
         if a.multi(a.G_CURVE, [l], [(1, 2)]) == (z, 2))
print(text([l, z]))
print(pow(l, 3, a.P) == 1 != l)
print(a.root(3, a.Q), a.root(-17, a.P))
";
  let Some(out) = python(&["-c", script]) else { return };
  let lines: Vec<&str> = out.lines().collect();
  let rows = PARAMETERS.round.iter().chain(&PARAMETERS.mix);
  assert_eq!(
    lines[0],
    rows.map(|row| hex(&field::encode_vec(row))).collect::<String>()
  );
  let points: Vec<Fr> = generators::derive()
    .iter()
    .flat_map(|point| [point.x, point.y])
    .collect();
  assert_eq!(lines[1], hex(&field::encode_vec(&points)));
  let endomorphism = &*ENDOMORPHISM;
  assert_eq!(
    lines[2],
    hex(endomorphism.lambda.to_repr().as_ref()) + &hex(endomorphism.zeta.to_repr().as_ref())
  );
  assert_eq!(lines[3], "True");
  // No point of either curve has x = 0: neither 3 nor −17 is a square.
  assert_eq!(lines[4], "None None");
}
