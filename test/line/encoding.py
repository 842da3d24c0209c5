"""The bytes of a proof and of a key's matrices, and the transcript, for verify.py: docs/line.md."""

from arithmetic import keccak256, root


class Refused(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Refused(what)


class Reader:
    """Words of 32 bytes, low byte first; every value in its one form."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def word(self):
        self.at += 32
        check(self.at <= len(self.data), "length")
        return int.from_bytes(self.data[self.at - 32 : self.at], "little")

    def scalar(self, order):
        value = self.word()
        check(value < order, "canonical")
        return value

    def scalars(self, order, count):
        return [self.scalar(order) for _ in range(count)]

    def rounds(self, order, count):
        return [self.scalars(order, 2) for _ in range(count)]

    def point(self, curve):
        p, b = curve
        word = self.word()
        if word == 0:
            return None
        odd, x = word >> 255, word & (1 << 255) - 1
        check(x < p, "point")
        y = root(x**3 + b, p)
        check(y is not None, "point")
        return (x, y if y % 2 == odd else p - y)


class Taker:
    """Bytes and numbers (LEB128) one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, count):
        self.at += count
        check(self.at <= len(self.data), "length")
        return self.data[self.at - count : self.at]

    def number(self):
        value = shift = 0
        while True:
            byte = self.bytes(1)[0]
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    def rest(self):
        return self.bytes(len(self.data) - self.at)


class Shape:
    """Three sparse matrices, as the compact key has them: patterns of rows, and for each row a pattern and its place."""

    def __init__(self, data, order):
        taker = Taker(data)
        number = taker.number
        self.rows, self.variables, self.io, stored, extra = (number() for _ in range(5))
        table = [1, order - 1]
        for _ in range(extra):
            table.append(int.from_bytes(taker.bytes(32), "little"))
        patterns = [
            [[(number(), table[number()]) for _ in range(number())] for _ in range(3)] for _ in range(number())
        ]
        based = [any(code % 2 == 0 for side in pattern for code, _ in side) for pattern in patterns]
        base = 0
        self.terms = []
        for _ in range(stored):
            which = number()
            if based[which]:
                code = number()
                base += code >> 1 ^ -(code & 1)
            place = lambda code: self.variables + (code >> 1) if code & 1 else base + (code >> 1)
            self.terms.append([[(place(code), value) for code, value in side] for side in patterns[which]])
        check(taker.rest() == b"", "shape")

    def combined(self, rho, row, order):
        """(A + rho B + rho^2 C) at a row point, one value a column."""
        weights = eq_table(row, order)
        out = [0] * (self.variables + 1 + self.io)
        factors = (1, rho, rho * rho % order)
        for weight, sides in zip(weights, self.terms):
            for factor, side in zip(factors, sides):
                own = weight * factor % order
                for column, value in side:
                    out[column] += own * value
        return [value % order for value in out]


class Transcript:
    def __init__(self, label):
        self.round, self.state, self.absorbed = 0, self.both(b"NoTR" + label), b""

    @staticmethod
    def both(data):
        return keccak256(data + b"\0") + keccak256(data + b"\1")

    def scalars(self, label, values):
        self.absorbed += label + b"".join(value.to_bytes(32, "little") for value in values)

    def point(self, label, point):
        x, y = point or (0, 0)
        self.absorbed += label + x.to_bytes(32, "little") + y.to_bytes(32, "little") + bytes([point is None])

    def challenge(self, label, order):
        tail = b"NoDS" + self.round.to_bytes(8, "little") + self.state + label
        self.state, self.absorbed, self.round = self.both(self.absorbed + tail), b"", self.round + 1
        return int.from_bytes(self.state, "little") % order


def eq_table(point, order):
    """eq_i(point): coordinate 1 is the lowest bit of i."""
    table = [1]
    for x in point:
        upper = [value * x % order for value in table]
        table = [(value - high) % order for value, high in zip(table, upper)] + upper
    return table
