"""Trains the small model, makes integers of it, and writes vectors/model.json, the arguments that the circuit takes: `python train.py`,
with numpy (../../digits/train/requirements.txt), the data of ../../digits/train and the images' changes of ../../digits-cnn/train.

The integer model, of sums x of four pixels, from 0 to 1,020:

    hidden[j] = max(0, (sum of weight[j][i] * x[i] + bias[j]) >> 12)      the bias holds the half that rounds
    score[k]  = sum of weight[k][j] * hidden[j] + bias[k]

Bytes: all weight + 128 of the hidden layer, of the scores, then all bias + 2^23 of both in three bytes, the lowest first.
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
for graph in "digits", "digits-cnn":
    sys.path.append(str(HERE.parent.parent / graph / "train"))

import data
import small

SHIFT, WEIGHT, BIAS = 12, 127, 1 << 23
OUT = HERE.parent / "vectors" / "model.json"
SALT = "20260301"  # which everybody knows, as everybody does the model


def quantise(parameters: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    first, first_bias, second, second_bias = parameters
    scale = WEIGHT / np.abs(first).max()
    second_scale = WEIGHT / np.abs(second).max()
    one = 4 * 255  # what stands for 1 in the inputs, and below in the hidden values
    biases = np.rint(first_bias * scale * one).astype(int) + (1 << (SHIFT - 1))
    one = scale * one / (1 << SHIFT)
    second_biases = np.rint(second_bias * second_scale * one).astype(int)
    assert max(np.abs(biases).max(), np.abs(second_biases).max()) < BIAS
    return np.rint(first * scale).astype(int), biases, np.rint(second * second_scale).astype(int), second_biases


def classify(quantised: tuple[np.ndarray, ...], images: np.ndarray) -> np.ndarray:
    weights, biases, second, second_biases = quantised
    hidden = np.maximum((small.pooled(images.astype(int)) @ weights.T + biases) >> SHIFT, 0)
    return (hidden @ second.T + second_biases).argmax(axis=1)


def bytes_of(quantised: tuple[np.ndarray, ...]) -> bytes:
    weights, biases, second, second_biases = quantised
    small_ones = bytes((np.concatenate([weights.ravel(), second.ravel()]) + 128).tolist())
    return small_ones + b"".join((int(bias) + BIAS).to_bytes(3, "little") for bias in (*biases, *second_biases))


def main() -> None:
    training, held_out = data.split(*data.load())
    parameters = small.train(*training)
    quantised = quantise(parameters)
    arguments = {"weights": [str(byte) for byte in bytes_of(quantised)], "salt": SALT}
    OUT.write_text(json.dumps(arguments, separators=(",", ":")) + "\n")
    for name, (images, labels) in (("training", training), ("held out", held_out)):
        plain = (small.scores(parameters, images / 255.0).argmax(axis=1) == labels).sum()
        whole = (classify(quantised, images) == labels).sum()
        print(f"{name}: {len(labels)} images, floating point {plain} right, integers {whole} right")


if __name__ == "__main__":
    main()
