"""Integers in place of floating point: layers whose sums are over inputs of known greatest values, and their text."""

import json
from pathlib import Path

import numpy as np


def relu_layer(weights, biases, one: float, seen: np.ndarray, most, limit: int, value_bits: int):
    """A layer that divides its sums by a power of two and cuts off what is negative; weights are (units, inputs).

    `one` is the integer that stands for 1, `seen` the inputs on the training images, `most` the greatest that they can be,
    `limit` the greatest weight's absolute value, `value_bits` about as many as the greatest value has on those images.
    Also: the integer that stands for 1 in what the layer puts out, and the greatest that this can be.
    """
    scale = limit / np.abs(weights).max()
    whole = np.rint(weights * scale).astype(int)
    whole_biases = np.rint(biases * scale * one).astype(int)
    greatest = (seen @ whole.T + whole_biases).max()
    shift = max(1, int(greatest).bit_length() - value_bits)
    whole_biases += 1 << (shift - 1)  # the half that rounds
    low, high = sums(whole, whole_biases, most)
    bits = int(max(high.max(), -low.min() - 1)).bit_length()
    layer = {"bits": bits, "shift": shift, "biases": whole_biases, "weights": whole}
    return layer, scale * one / (1 << shift), np.maximum(high, 0) >> shift


def score_layer(weights, biases, one: float, most, limit: int) -> dict:
    """The last layer: all scores are raised by the same, so that none is negative."""
    scale = limit / np.abs(weights).max()
    whole = np.rint(weights * scale).astype(int)
    whole_biases = np.rint(biases * scale * one).astype(int)
    whole_biases -= sums(whole, whole_biases, most)[0].min()
    bits = int(sums(whole, whole_biases, most)[1].max()).bit_length()
    return {"bits": bits, "biases": whole_biases, "weights": whole}


def sums(weights: np.ndarray, biases: np.ndarray, most) -> tuple[np.ndarray, np.ndarray]:
    """The least and greatest that sums over inputs from 0 to `most` can be, whatever the image."""
    return (np.minimum(weights, 0) * most).sum(axis=1) + biases, (np.maximum(weights, 0) * most).sum(axis=1) + biases


def relu(layer: dict, seen: np.ndarray) -> np.ndarray:
    return np.maximum((seen @ layer["weights"].T + layer["biases"]) >> layer["shift"], 0)


def write(layers: dict, out: Path) -> None:
    out.write_text("{\n" + ",\n".join(f'  "{name}": {text(layer)}' for name, layer in layers.items()) + "\n}\n")


def text(layer: dict) -> str:
    rows = ",\n".join("      " + json.dumps(row.tolist(), separators=(",", ":")) for row in layer["weights"])
    head = {name: value for name, value in layer.items() if name not in ("weights", "biases")}
    lines = [f'    {json.dumps(name)}: {value},' for name, value in head.items()]
    biases = json.dumps(layer["biases"].tolist(), separators=(",", ":"))
    return "{\n" + "\n".join([*lines, f'    "biases": {biases},', f'    "weights": [\n{rows}\n    ]']) + "\n  }"


def report(layers: dict, parts, plain, classify) -> None:
    """How many images of each part both ways of counting get right."""
    for name, images, labels in parts:
        right = [(found(images) == labels).sum() for found in (plain, classify)]
        print(f"{name}: {len(labels)} images, floating point {right[0]} right, integers {right[1]} right")
    print({name: {key: layer[key] for key in ("bits", "shift") if key in layer} for name, layer in layers.items()})
