"""The model in floating point: 784 pixels, 32 hidden units with ReLU, 10 scores; trained by Adam on cross-entropy."""

import numpy as np

HIDDEN, DIGITS, SIDE = 32, 10, 28
EPOCHS, BATCH, RATE, DECAY, SHIFT = 150, 50, 2e-3, 2e-4, 2
SEED = 20_260_101


def initial(rng: np.random.Generator, lit: np.ndarray) -> list[np.ndarray]:
    """Weights and biases of both layers. A pixel that no training image lights has weight 0 and keeps it."""
    first = rng.normal(0, np.sqrt(2 / lit.sum()), (HIDDEN, len(lit))) * lit
    second = rng.normal(0, np.sqrt(2 / HIDDEN), (DIGITS, HIDDEN))
    return [first, np.zeros(HIDDEN), second, np.zeros(DIGITS)]


def scores(parameters: list[np.ndarray], pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hidden units and scores, of pixels between 0 and 1."""
    first, first_bias, second, second_bias = parameters
    hidden = np.maximum(pixels @ first.T + first_bias, 0)
    return hidden, hidden @ second.T + second_bias


def shifted(rng: np.random.Generator, pixels: np.ndarray) -> np.ndarray:
    """The images, each moved by up to SHIFT pixels either way; what is moved out of the picture comes in at the other side."""
    pictures = pixels.reshape(-1, SIDE, SIDE)
    down, right = rng.integers(-SHIFT, SHIFT + 1, (2, len(pixels)))
    axis = np.arange(SIDE)
    rows = (axis[None, :] + down[:, None]) % SIDE
    columns = (axis[None, :] + right[:, None]) % SIDE
    return pictures[np.arange(len(pixels))[:, None, None], rows[:, :, None], columns[:, None, :]].reshape(pixels.shape)


def gradients(parameters: list[np.ndarray], pixels: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    hidden, raw = scores(parameters, pixels)
    likely = np.exp(raw - raw.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    likely[np.arange(len(labels)), labels] -= 1
    of_scores = likely / len(labels)
    of_hidden = (of_scores @ parameters[2]) * (hidden > 0)
    return [of_hidden.T @ pixels, of_hidden.sum(axis=0), of_scores.T @ hidden, of_scores.sum(axis=0)]


def train(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    rng = np.random.default_rng(SEED)
    pixels, lit = images / 255.0, images.max(axis=0) > 0
    moved = lambda: shifted(rng, pixels) * lit  # pixels that are never lit stay dark
    return fit(rng, initial(rng, lit), gradients, moved, labels, EPOCHS)


def fit(rng, parameters, gradients, moved, labels, epochs) -> list[np.ndarray]:
    """Trains `parameters` in place by Adam; `moved` gives the images anew for each epoch."""
    means = [np.zeros_like(p) for p in parameters]
    squares = [np.zeros_like(p) for p in parameters]
    step = 0
    for epoch in range(epochs):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / epochs))
        order = rng.permutation(len(labels))
        images = moved()
        for batch in np.split(order, len(order) // BATCH):
            step += 1
            found = gradients(parameters, images[batch], labels[batch])
            for p, mean, square, gradient in zip(parameters, means, squares, found):
                mean += 0.1 * (gradient - mean)
                square += 0.001 * (gradient**2 - square)
                p -= rate * (mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8) + DECAY * p)
    return parameters
