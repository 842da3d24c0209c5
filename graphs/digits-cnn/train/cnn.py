"""The convolutional model in floating point: two layers of 5 x 5 kernels that move by 2, with ReLU, then 10 scores.

28 x 28 pixels -> 12 x 12 places of 6 channels -> 4 x 4 places of 16 channels -> 10 scores. A channel's kernel and bias are the
same at all places. Kernels are (channels, rows, columns, channels below); what a layer puts out is (image, row, column, channel).
"""

import numpy as np

import model

KERNEL, STRIDE = 5, 2
CHANNELS = (6, 16)
PLACES = (12, 4)  # a side
EPOCHS = 250
SEED = 20_260_201
# How images are changed in training: radians, parts of one, pixels.
TURN, SLANT, SCALE, MOVE, DENT, GRID = 0.12, 0.12, 0.1, 2, 0.9, 5


def initial(rng: np.random.Generator) -> list[np.ndarray]:
    parameters, below = [], 1
    for channels in CHANNELS:
        shape = (channels, KERNEL, KERNEL, below)
        parameters += [rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape), np.zeros(channels)]
        below = channels
    last = PLACES[-1] ** 2 * below
    parameters += [rng.normal(0, np.sqrt(2 / last), (model.DIGITS, last)), np.zeros(model.DIGITS)]
    return [p.astype(np.float32) for p in parameters]


def windows(values: np.ndarray) -> np.ndarray:
    """What each place of the layer above sees: (images · places, 25 · channels), rows, columns, then channels."""
    seen = np.lib.stride_tricks.sliding_window_view(values, (KERNEL, KERNEL), axis=(1, 2))[:, ::STRIDE, ::STRIDE]
    return seen.transpose(0, 1, 2, 4, 5, 3).reshape(-1, KERNEL * KERNEL * values.shape[3])


def sums(values: np.ndarray, kernels: np.ndarray, biases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Windows, and a layer's sums before ReLU."""
    seen = windows(values)
    side = (values.shape[1] - KERNEL) // STRIDE + 1
    return seen, (seen @ kernels.reshape(len(kernels), -1).T + biases).reshape(-1, side, side, len(kernels))


def scores(parameters: list[np.ndarray], pixels: np.ndarray) -> np.ndarray:
    return forward(parameters, pixels)[-1]


def forward(parameters: list[np.ndarray], pixels: np.ndarray):
    first, first_bias, second, second_bias, last, last_bias = parameters
    picture = pixels.reshape(-1, model.SIDE, model.SIDE, 1).astype(np.float32)
    seen, low = sums(picture, first, first_bias)
    low = np.maximum(low, 0)
    seen_above, high = sums(low, second, second_bias)
    high = np.maximum(high, 0)
    flat = high.reshape(len(high), -1)
    return seen, low, seen_above, high, flat, flat @ last.T + last_bias


def gradients(parameters: list[np.ndarray], pixels: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    _, _, second, _, last, _ = parameters
    seen, low, seen_above, high, flat, raw = forward(parameters, pixels)
    likely = np.exp(raw - raw.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    likely[np.arange(len(labels)), labels] -= 1
    of_scores = likely / np.float32(len(labels))

    of_high = ((of_scores @ last).reshape(high.shape) * (high > 0)).reshape(-1, CHANNELS[1])
    of_seen = (of_high @ second.reshape(CHANNELS[1], -1)).reshape(-1, PLACES[1], PLACES[1], KERNEL, KERNEL, CHANNELS[0])
    of_low = np.zeros_like(low)
    reach = STRIDE * PLACES[1]
    for row in range(KERNEL):
        for column in range(KERNEL):
            of_low[:, row : row + reach : STRIDE, column : column + reach : STRIDE] += of_seen[:, :, :, row, column]
    of_low = (of_low * (low > 0)).reshape(-1, CHANNELS[0])
    return [
        (of_low.T @ seen).reshape(parameters[0].shape),
        of_low.sum(axis=0),
        (of_high.T @ seen_above).reshape(second.shape),
        of_high.sum(axis=0),
        of_scores.T @ flat,
        of_scores.sum(axis=0),
    ]


def train(images: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    rng = np.random.default_rng(SEED)
    pixels = (images / 255.0).astype(np.float32)
    return model.fit(rng, initial(rng), gradients, lambda: warped(rng, pixels), labels, EPOCHS)


def warped(rng: np.random.Generator, pixels: np.ndarray, part: float = 1) -> np.ndarray:
    """The images, each turned, scaled, slanted, moved and dented a little. Between pixels, values are in proportion.

    `part` of all that is what is done.
    """
    count, side = len(pixels), model.SIDE
    axis = np.arange(side) - (side - 1) / 2
    row, column = np.meshgrid(axis, axis, indexing="ij")
    turn, slant = rng.normal(0, part * TURN, count), rng.normal(0, part * SLANT, count)
    tall, wide = np.exp(rng.normal(0, part * SCALE, (2, count)))
    down, right = rng.uniform(-part * MOVE, part * MOVE, (2, count))
    each = lambda values: values[:, None, None]
    rows = each(tall * np.cos(turn)) * row - each(wide * np.sin(turn)) * column + each(down)
    columns = each(tall * (np.sin(turn) + slant)) * row + each(wide * np.cos(turn)) * column + each(right)
    # Dents: a coarse grid of displacements, and between its points values in proportion.
    at = np.linspace(0, GRID - 1, side)
    share = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(GRID)[None, :]))
    dents = share @ rng.normal(0, part * DENT, (2, count, GRID, GRID)) @ share.T
    return between(pixels.reshape(count, side, side), rows + dents[0], columns + dents[1])


def between(pictures: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Values of pictures at places that are counted from their middle; outside is nothing."""
    side = model.SIDE
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    rows, columns = (np.clip(places + (side + 1) / 2, 0, side + 0.999) for places in (rows, columns))
    top, left = rows.astype(int), columns.astype(int)
    low, far = (rows - top).astype(np.float32), (columns - left).astype(np.float32)
    image = np.arange(len(pictures))[:, None, None]
    upper = padded[image, top, left] * (1 - far) + padded[image, top, left + 1] * far
    lower = padded[image, top + 1, left] * (1 - far) + padded[image, top + 1, left + 1] * far
    return (upper * (1 - low) + lower * low).reshape(len(pictures), -1)
