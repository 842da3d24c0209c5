"""Fields, curves, Keccak-256 and Poseidon for verify.py, in plain Python, from the specifications alone.

F has order P, K order Q. G: y^2 = x^3 + 3 over K (BN254's G1, order P). H: y^2 = x^3 - 17 over F (Grumpkin, order Q).
Points are pairs; None is the neutral one.
"""

import hashlib

P = 21888242871839275222246405745257275088548364400416034343698204186575808495617
Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583

G_CURVE = (Q, 3)
H_CURVE = (P, -17)


def root(value, p):
    """A square root mod p (Tonelli and Shanks), None where there is none."""
    value %= p
    if value == 0:
        return 0
    if pow(value, (p - 1) // 2, p) != 1:
        return None
    odd, twos = p - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    other = next(z for z in range(2, 100) if pow(z, (p - 1) // 2, p) == p - 1)
    c, r, t, m = pow(other, odd, p), pow(value, (odd + 1) // 2, p), pow(value, odd, p), twos
    while t != 1:
        i, s = 0, t
        while s != 1:
            s, i = s * s % p, i + 1
        b = pow(c, 1 << (m - i - 1), p)
        m, c = i, b * b % p
        r, t = r * b % p, t * c % p
    return r


def on_curve(curve, point):
    p, b = curve
    return point is None or (point[1] ** 2 - point[0] ** 3 - b) % p == 0


# Jacobian coordinates inside, so that a sum of many points needs one inversion. z = 0 is neutral.
def double_j(p, a):
    x, y, z = a
    if z == 0 or y == 0:
        return (1, 1, 0)
    yy = y * y % p
    s = 4 * x * yy % p
    m = 3 * x * x % p
    x3 = (m * m - 2 * s) % p
    return (x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p)


def add_j(p, a, b):
    if a[2] == 0:
        return b
    if b[2] == 0:
        return a
    z1, z2 = a[2] * a[2] % p, b[2] * b[2] % p
    u1, u2 = a[0] * z2 % p, b[0] * z1 % p
    s1, s2 = a[1] * b[2] * z2 % p, b[1] * a[2] * z1 % p
    h, r = (u2 - u1) % p, (s2 - s1) % p
    if h == 0:
        return double_j(p, a) if r == 0 else (1, 1, 0)
    hh = h * h % p
    hhh, v = h * hh % p, u1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    return (x3, (r * (v - x3) - s1 * hhh) % p, a[2] * b[2] * h % p)


def affine(curve, a):
    p = curve[0]
    if a[2] == 0:
        return None
    inverse = pow(a[2], -1, p)
    return (a[0] * inverse**2 % p, a[1] * inverse**3 % p)


def jacobian(point):
    return (1, 1, 0) if point is None else (point[0], point[1], 1)


def multi(curve, scalars, points):
    """Sum of scalar times point: buckets of eight bits. Scalars are not negative."""
    p = curve[0]
    total = (1, 1, 0)
    for window in reversed(range(32)):
        for _ in range(8):
            total = double_j(p, total)
        buckets = [(1, 1, 0)] * 256
        for scalar, point in zip(scalars, points):
            digit = scalar >> (8 * window) & 255
            if digit and point is not None:
                buckets[digit] = add_j(p, buckets[digit], jacobian(point))
        running = weighted = (1, 1, 0)
        for bucket in reversed(buckets[1:]):
            running = add_j(p, running, bucket)
            weighted = add_j(p, weighted, running)
        total = add_j(p, total, weighted)
    return affine(curve, total)


def keccak256(data):
    """Keccak with rate 136 and padding 0x01, as before SHA-3 was standardised."""
    mask = (1 << 64) - 1

    def turned(value, by):
        return (value << by | value >> (64 - by)) & mask if by else value

    state = [0] * 25
    padded = bytearray(data) + bytearray(136 - len(data) % 136)
    padded[len(data)] ^= 0x01
    padded[-1] ^= 0x80
    for start in range(0, len(padded), 136):
        for i in range(17):
            state[i] ^= int.from_bytes(padded[start + 8 * i : start + 8 * i + 8], "little")
        register = 1
        for _ in range(24):
            column = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
            mixed = [column[(x + 4) % 5] ^ turned(column[(x + 1) % 5], 1) for x in range(5)]
            state = [state[i] ^ mixed[i % 5] for i in range(25)]
            x, y, current = 1, 0, state[1]
            for t in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, state[x + 5 * y] = state[x + 5 * y], turned(current, (t + 1) * (t + 2) // 2 % 64)
            for y in range(0, 25, 5):
                row = state[y : y + 5]
                for x in range(5):
                    state[y + x] = row[x] ^ (~row[(x + 1) % 5] & mask & row[(x + 2) % 5])
            for j in range(7):
                if register & 1:
                    state[0] ^= 1 << ((1 << j) - 1)
                register = register << 1 ^ (0x171 if register & 0x80 else 0)
    return b"".join(word.to_bytes(8, "little") for word in state)[:32]


WIDTH, FULL, PARTIAL = 18, 8, 59


class Grain:
    """The generator of Poseidon's reference script (eprint 2019/458, appendix F)."""

    def __init__(self):
        text = f"{1:02b}{0:04b}{254:012b}{WIDTH:012b}{FULL:010b}{PARTIAL:010b}" + "1" * 30
        self.bits = [int(c) for c in text]
        for _ in range(160):
            self.step()

    def step(self):
        b = self.bits
        new = b[62] ^ b[51] ^ b[38] ^ b[23] ^ b[13] ^ b[0]
        self.bits = b[1:] + [new]
        return new

    def number(self):
        value = 0
        for _ in range(254):
            while not self.step():
                self.step()
            value = 2 * value + self.step()
        return value

    def constant(self):
        while True:
            value = self.number()
            if value < P:
                return value


def poseidon_parameters():
    grain = Grain()
    constants = [[grain.constant() for _ in range(WIDTH)] for _ in range(FULL + PARTIAL)]
    while True:
        values = [grain.number() % P for _ in range(2 * WIDTH)]
        xs, ys = values[:WIDTH], values[WIDTH:]
        if len(set(values)) == 2 * WIDTH and all((x + y) % P for x in xs for y in ys):
            return constants, [[pow(x + y, -1, P) for y in ys] for x in xs]


CONSTANTS, MIX = poseidon_parameters()


def permute(state):
    for number, constants in enumerate(CONSTANTS):
        state = [(s + c) % P for s, c in zip(state, constants)]
        full = not FULL // 2 <= number < FULL // 2 + PARTIAL
        state = [pow(s, 5, P) if full or i == 0 else s for i, s in enumerate(state)]
        state = [sum(m * s for m, s in zip(row, state)) % P for row in MIX]
    return state


class Sponge:
    """Rate 17; the tag is the first element, the capacity. Squeezing permutes."""

    def __init__(self, tag):
        self.state, self.filled = [tag] + [0] * 17, 0

    def absorb(self, elements):
        for element in elements:
            if self.filled == 17:
                self.state, self.filled = permute(self.state), 0
            self.filled += 1
            self.state[self.filled] = (self.state[self.filled] + element) % P
        return self

    def squeeze(self):
        self.state, self.filled = permute(self.state), 0
        return self.state[1:]


def generators(label, count):
    """nova-snark's generators: SHAKE256 of the label gives 32 bytes for each, hashed to Grumpkin after RFC 9380
    (SHA-256, Shallue and van de Woestijne's map with Z = 1)."""
    stream = hashlib.shake_256(label).digest(32 * count)
    return [hash_to_h(stream[32 * i : 32 * i + 32]) for i in range(count)]


DOMAIN = b"from_uniform_bytes" + b"GRUMPKIN_XMD:SHA-256_SVDW_RO_"
C1 = (1 - 17) % P
C3 = root(-C1 * 3, P)
C3 = C3 if C3 % 2 == 0 else P - C3
C4 = -4 * C1 * pow(3, -1, P) % P


def hash_to_h(message):
    domain = DOMAIN + bytes([len(DOMAIN)])
    sha = lambda data: hashlib.sha256(data).digest()
    first = sha(bytes(64) + message + (96).to_bytes(2, "big") + b"\0" + domain)
    blocks = [sha(first + b"\1" + domain)]
    for i in (2, 3):
        blocks.append(sha(bytes(a ^ b for a, b in zip(first, blocks[-1])) + bytes([i]) + domain))
    uniform = b"".join(blocks)
    images = [map_to_h(int.from_bytes(uniform[at : at + 48], "big") % P) for at in (0, 48)]
    return affine(H_CURVE, add_j(P, jacobian(images[0]), jacobian(images[1])))


def map_to_h(u):
    g = lambda x: (x**3 - 17) % P
    square = lambda v: v % P == 0 or pow(v, (P - 1) // 2, P) == 1
    tv1 = u * u * C1 % P
    tv2, tv1 = (1 + tv1) % P, (1 - tv1) % P
    tv3 = pow(tv1 * tv2 % P, P - 2, P)
    tv4 = u * tv1 * tv3 * C3 % P
    half = -pow(2, -1, P)
    x1, x2 = (half - tv4) % P, (half + tv4) % P
    x3 = ((tv2 * tv2 * tv3) ** 2 * C4 + 1) % P
    x = x1 if square(g(x1)) else x2 if square(g(x2)) else x3
    y = root(g(x), P)
    return (x, y if y % 2 == u % 2 else P - y)
