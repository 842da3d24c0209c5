"""A small perceptron for a circuit in which each weight costs constraints: 12 x 12 sums of 2 x 2 pixels out of the middle of the
image, hidden units with ReLU, 10 scores."""

import numpy as np

import cnn
import model

HIDDEN, POOLED = 15, 144
EPOCHS, WARPED = 150, 0.5
SEED = 20_260_301


def pooled(pixels: np.ndarray) -> np.ndarray:
    """Sums of 2 x 2 pixels, by rows, of rows and columns 2 to 25."""
    middle = pixels.reshape(-1, model.SIDE, model.SIDE)[:, 2:26, 2:26]
    return middle.reshape(-1, 12, 2, 12, 2).sum(axis=(2, 4)).reshape(-1, POOLED)


def scores(parameters: list[np.ndarray], pixels: np.ndarray) -> np.ndarray:
    return model.scores(parameters, pooled(pixels) / 4)[1]


def train(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    rng = np.random.default_rng(SEED)
    pixels = (images / 255.0).astype(np.float32)
    parameters = [
        rng.normal(0, np.sqrt(2 / POOLED), (HIDDEN, POOLED)),
        np.zeros(HIDDEN),
        rng.normal(0, np.sqrt(2 / HIDDEN), (model.DIGITS, HIDDEN)),
        np.zeros(model.DIGITS),
    ]
    moved = lambda: pooled(cnn.warped(rng, pixels, WARPED)) / 4
    return model.fit(rng, parameters, model.gradients, moved, labels, EPOCHS)
