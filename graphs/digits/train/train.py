"""Trains the model, makes integers of it, and writes weights.json: `python train.py`, with numpy (requirements.txt).

The integer model, of a pixel x from 0 to 255:

    hidden[j] = max(0, (sum of weight[j][i] * x[i] + bias[j]) >> shift)      the bias holds the half that rounds
    score[k]  = sum of weight[k][j] * hidden[j] + bias[k]                    raised by the same, so that none is negative

The digit is the one with the greatest score, of equal ones the lowest.
"""

import json
from pathlib import Path

import numpy as np

import data
import model

WEIGHT = 127  # the greatest weight's absolute value
HIDDEN_BITS = 10  # about as many as the greatest hidden value has on the training images
OUT = Path(__file__).parent.parent / "weights.json"


def quantise(parameters: list[np.ndarray], images: np.ndarray) -> dict:
    first, first_bias, second, second_bias = parameters
    scale = WEIGHT / np.abs(first).max()
    weights = np.rint(first * scale).astype(int)
    biases = np.rint(first_bias * scale * 255).astype(int)
    greatest = (images.astype(int) @ weights.T + biases).max()
    shift = max(1, int(greatest).bit_length() - HIDDEN_BITS)
    biases += 1 << (shift - 1)

    second_scale = WEIGHT / np.abs(second).max()
    second_weights = np.rint(second * second_scale).astype(int)
    second_biases = np.rint(second_bias * second_scale * scale * 255 / (1 << shift)).astype(int)
    low, high = sums(weights, biases, 255)
    bits = int(max(high.max(), -low.min() - 1)).bit_length()
    most = np.maximum(high, 0) >> shift
    second_biases -= sums(second_weights, second_biases, most)[0].min()
    return {
        "hidden": {"bits": bits, "shift": shift, "biases": biases, "weights": weights},
        "scores": {
            "bits": int(sums(second_weights, second_biases, most)[1].max()).bit_length(),
            "biases": second_biases,
            "weights": second_weights,
        },
    }


def sums(weights: np.ndarray, biases: np.ndarray, most) -> tuple[np.ndarray, np.ndarray]:
    """The least and greatest that sums over inputs from 0 to `most` can be, whatever the image."""
    return (np.minimum(weights, 0) * most).sum(axis=1) + biases, (np.maximum(weights, 0) * most).sum(axis=1) + biases


def classify(quantised: dict, images: np.ndarray) -> np.ndarray:
    hidden, scores = quantised["hidden"], quantised["scores"]
    sums = images.astype(int) @ hidden["weights"].T + hidden["biases"]
    return (np.maximum(sums >> hidden["shift"], 0) @ scores["weights"].T + scores["biases"]).argmax(axis=1)


def layer_text(layer: dict) -> str:
    rows = ",\n".join("      " + json.dumps(row.tolist(), separators=(",", ":")) for row in layer["weights"])
    head = {name: value for name, value in layer.items() if name not in ("weights", "biases")}
    lines = [f'    {json.dumps(name)}: {value},' for name, value in head.items()]
    biases = json.dumps(layer["biases"].tolist(), separators=(",", ":"))
    return "{\n" + "\n".join([*lines, f'    "biases": {biases},', f'    "weights": [\n{rows}\n    ]']) + "\n  }"


def main() -> None:
    (images, labels), (held_images, held_labels) = data.split(*data.load())
    parameters = model.train(images, labels)
    quantised = quantise(parameters, images)
    OUT.write_text("{\n" + ",\n".join(f'  "{name}": {layer_text(layer)}' for name, layer in quantised.items()) + "\n}\n")
    for name, some, truth in ("training", images, labels), ("held out", held_images, held_labels):
        plain = (model.scores(parameters, some / 255.0)[1].argmax(axis=1) == truth).sum()
        whole = (classify(quantised, some) == truth).sum()
        print(f"{name}: {len(truth)} images, floating point {plain} right, integers {whole} right")
    print({name: {key: layer[key] for key in ("bits", "shift") if key in layer} for name, layer in quantised.items()})


if __name__ == "__main__":
    main()
