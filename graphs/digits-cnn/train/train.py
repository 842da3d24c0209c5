"""Trains the convolutional model, makes integers of it, and writes weights.json: `python train.py`, with numpy
(../../digits/train/requirements.txt) and the data of ../../digits/train.

The integer model, of a pixel x from 0 to 255, where a place sees 5 x 5 places below, every second one in row and column:

    low[place][c]  = max(0, (sum of weight[c][i] * x[i] + bias[c]) >> shift)     12 x 12 places, 25 inputs
    high[place][c] = max(0, (sum of weight[c][i] * low[i] + bias[c]) >> shift)   4 x 4 places, 25 inputs of each channel
    score[k]       = sum of weight[k][i] * high[i] + bias[k]                     raised by the same, so that none is negative

Inputs are in order of row, column, channel. The digit is the one with the greatest score, of equal ones the lowest.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent.parent / "digits" / "train"))

import cnn
import data
import integers

WEIGHT, LAST_WEIGHT = 31, 127  # the greatest weight's absolute value, of kernels and of scores
VALUE_BITS = 8  # about as many as the greatest value of a layer has on the training images
OUT = HERE.parent / "weights.json"


def pictures(images: np.ndarray) -> np.ndarray:
    return images.reshape(-1, 28, 28, 1).astype(int)


def quantise(parameters: list[np.ndarray], images: np.ndarray) -> dict:
    first, first_bias, second, second_bias, last, last_bias = (p.astype(float) for p in parameters)
    flat = lambda kernels: kernels.reshape(len(kernels), -1)
    seen = cnn.windows(pictures(images))
    low, one, most = integers.relu_layer(flat(first), first_bias, 255, seen, 255, WEIGHT, VALUE_BITS)
    seen = cnn.windows(places(integers.relu(low, seen), 0))
    most = np.tile(most, cnn.KERNEL**2)
    high, one, most = integers.relu_layer(flat(second), second_bias, one, seen, most, WEIGHT, VALUE_BITS)
    most = np.tile(most, cnn.PLACES[1] ** 2)
    return {"low": low, "high": high, "scores": integers.score_layer(last, last_bias, one, most, LAST_WEIGHT)}


def places(values: np.ndarray, layer: int) -> np.ndarray:
    return values.reshape(-1, cnn.PLACES[layer], cnn.PLACES[layer], cnn.CHANNELS[layer])


def classify(quantised: dict, images: np.ndarray) -> np.ndarray:
    low = places(integers.relu(quantised["low"], cnn.windows(pictures(images))), 0)
    high = places(integers.relu(quantised["high"], cnn.windows(low)), 1)
    scores = quantised["scores"]
    return (high.reshape(len(images), -1) @ scores["weights"].T + scores["biases"]).argmax(axis=1)


def main() -> None:
    training, held_out = data.split(*data.load())
    parameters = cnn.train(*training)
    quantised = quantise(parameters, training[0])
    integers.write(quantised, OUT)
    integers.report(
        quantised,
        (("training", *training), ("held out", *held_out)),
        lambda images: cnn.scores(parameters, images / 255.0).argmax(axis=1),
        lambda images: classify(quantised, images),
    )


if __name__ == "__main__":
    main()
