"""Trains the model, makes integers of it, and writes weights.json: `python train.py`, with numpy (requirements.txt).

The integer model, of a pixel x from 0 to 255:

    hidden[j] = max(0, (sum of weight[j][i] * x[i] + bias[j]) >> shift)      the bias holds the half that rounds
    score[k]  = sum of weight[k][j] * hidden[j] + bias[k]                    raised by the same, so that none is negative

The digit is the one with the greatest score, of equal ones the lowest.
"""

from pathlib import Path

import numpy as np

import data
import integers
import model

WEIGHT = 127  # the greatest weight's absolute value
HIDDEN_BITS = 10  # about as many as the greatest hidden value has on the training images
OUT = Path(__file__).parent.parent / "weights.json"


def quantise(parameters: list[np.ndarray], images: np.ndarray) -> dict:
    first, first_bias, second, second_bias = parameters
    hidden, one, most = integers.relu_layer(first, first_bias, 255, images.astype(int), 255, WEIGHT, HIDDEN_BITS)
    return {"hidden": hidden, "scores": integers.score_layer(second, second_bias, one, most, WEIGHT)}


def classify(quantised: dict, images: np.ndarray) -> np.ndarray:
    scores = quantised["scores"]
    hidden = integers.relu(quantised["hidden"], images.astype(int))
    return (hidden @ scores["weights"].T + scores["biases"]).argmax(axis=1)


def main() -> None:
    training, held_out = data.split(*data.load())
    parameters = model.train(*training)
    quantised = quantise(parameters, training[0])
    integers.write(quantised, OUT)
    integers.report(
        quantised,
        (("training", *training), ("held out", *held_out)),
        lambda images: model.scores(parameters, images / 255.0)[1].argmax(axis=1),
        lambda images: classify(quantised, images),
    )


if __name__ == "__main__":
    main()
