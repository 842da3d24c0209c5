"""A second verifier of Line's proofs that shares no code with the first: docs/line.md says what the bytes mean.

Verifies everything but the one pairing (Mercury): statement and hashes, bounds, last fold, outer and inner sum-check over
the key's own matrices, and the Grumpkin part with its inner-product argument. Mercury's messages only go into the
transcript.

    python3 verify.py CASES.json   prints for each case "ok" and the state after the last step, or what does not hold
"""

import hashlib
import json
import sys

from arithmetic import CONSTANTS, G_CURVE, H_CURVE, MIX, P, Q, Sponge, add_j, affine, generators, jacobian, multi, on_curve
from encoding import Reader, Refused, Shape, Taker, Transcript, check, eq_table

LAMBDA = 0x30644E72E131A029048B6E193FD84104CC37A73FEC2BC5E9B8CA0B2D36636F23
MAX_STEPS = 1 << 38
ROUNDS = 10  # of the Grumpkin part: 2^10 rows and variables
PROTOCOL = b"wsc-line-1"


def eq(a, b, order):
    product = 1
    for x, y in zip(a, b):
        product = product * (2 * x * y + 1 - x - y) % order
    return product


def sum_check(transcript, claim, rounds, order, weights=None):
    """Rounds from the highest coordinate down, each v(0) and the leading coefficient of a quadratic."""
    point = [0] * len(rounds)
    for (zero, leading), at in zip(rounds, reversed(range(len(rounds)))):
        if weights is None:
            one = claim - zero
        else:
            check(weights[at] != 0, "weight")
            one = (claim - (1 - weights[at]) * zero) * pow(weights[at], -1, order)
        transcript.scalars(b"v", [zero, leading])
        x = point[at] = transcript.challenge(b"rho", order)
        claim = (zero + x * (one - zero - leading) + x * x * leading) % order
    return point, claim


def columns_check(transcript, shape, row, products, known, rounds, witness, order, what):
    """The inner sum-check; gives the point where the witness must have its value."""
    rho = transcript.challenge(b"rho", order)
    weights = shape.combined(rho, row, order)
    a, b, c = products
    share = sum(weight * value for weight, value in zip(weights[shape.variables :], known))
    point, claim = sum_check(transcript, (a + rho * b + rho * rho * c - share) % order, rounds, order)
    matrix = sum(w * e for w, e in zip(weights, eq_table(point, order)))
    check((matrix * witness - claim) % order == 0, what)
    return point


def limbs(point):
    x, y = point or (0, 0)
    return [value >> 85 * i & (1 << 85) - 1 for value in (x, y) for i in range(3)]


def fold(running, c2, x2, line, cross):
    """The last fold: U* from U, the incoming instance and the messages."""
    sponge = Sponge(3).absorb([x2] + limbs(c2))
    t = sponge.squeeze()
    alpha = sponge.absorb(line).squeeze()[0]
    beta = [(b + alpha * (x - b)) % P for b, x in zip(running["beta"], t)]
    bits = sponge.absorb([cross]).squeeze()[0]
    gamma = 2**65 * (1 + LAMBDA)
    for j in range(64):
        s, sign = bits >> j & 1, bits >> (64 + j) & 1
        gamma += 2**j * (2 * sign - 1) * (1 + LAMBDA - 2 * LAMBDA * s)
    gamma %= P
    on_line = sum(c * pow(alpha, i + 1, P) for i, c in enumerate(line)) + running["e"]
    return {
        "c": affine(G_CURVE, add_j(Q, jacobian(running["c"]), jacobian(multi(G_CURVE, [gamma], [c2])))),
        "u": (running["u"] + gamma) % P,
        "x": (running["x"] + gamma * x2) % P,
        "e": (on_line + gamma * cross) % P,
        "beta": beta,
    }


def verify(key, proof, n, z0):
    rows = key["log_rows"]
    from_ = Reader(proof)
    zn = from_.scalars(P, key["arity"])
    running = {"c": from_.point(G_CURVE)}
    running["u"], running["x"], running["e"] = from_.scalars(P, 3)
    running["beta"] = from_.scalars(P, rows)
    c2 = from_.point(G_CURVE)
    check(c2 is not None, "commitment of the last step")
    v = {"p": from_.point(H_CURVE), "q": from_.point(H_CURVE), "u": from_.scalar(P), "x": from_.scalars(P, 20)}
    line, cross = from_.scalars(P, rows), from_.scalar(P)
    outer, products, inner = from_.rounds(P, rows), from_.scalars(P, 3), from_.rounds(P, rows)
    witness = from_.scalar(P)
    mercury_points, mercury_values = [from_.point(G_CURVE) for _ in range(8)], from_.scalars(P, 6)

    check(1 <= n <= MAX_STEPS, "number of steps")
    check(v["u"] < 1 << 168 and all(x < 1 << 232 for x in v["x"][:2]) and all(x < 1 << 253 for x in v["x"]), "bounds")
    if n == 1:
        empty = running["c"] is v["p"] is v["q"] is None
        check(empty and not any([running["u"], running["x"], running["e"], v["u"]] + running["beta"] + v["x"]), "first")
    flat = lambda point: list(point or (0, 0))
    start = Sponge(1).absorb([key["pp"]] + z0).squeeze()[0]
    u_elements = limbs(running["c"]) + [running["u"], running["x"], running["e"]] + running["beta"]
    v_elements = flat(v["p"]) + flat(v["q"]) + [v["u"]] + v["x"]
    x2 = Sponge(2).absorb([start, n] + zn + u_elements + v_elements).squeeze()[0]
    folded = fold(running, c2, x2, line, cross)

    t = Transcript(PROTOCOL)
    t.absorbed += b"key" + key["id"] + b"n" + n.to_bytes(8, "little")
    t.scalars(b"z0", z0)
    t.scalars(b"zn", zn)
    t.point(b"U.C", running["c"])
    t.scalars(b"U", [running["u"], running["x"], running["e"]])
    t.scalars(b"beta", running["beta"])
    t.point(b"C2", c2)
    t.point(b"V.P", v["p"])
    t.point(b"V.Q", v["q"])
    t.scalars(b"V.u", [v["u"]])
    t.scalars(b"V.X", v["x"])
    t.scalars(b"F", line)
    t.scalars(b"k", [cross])
    row, claim = sum_check(t, folded["e"], outer, P, folded["beta"])
    a, b, c = products
    check((a * b - folded["u"] * c - claim) % P == 0, "outer sum-check")
    t.scalars(b"abc", products)
    known = [folded["u"], folded["x"]]
    point = columns_check(t, key["shape"], row, products, known, inner, witness, P, "inner sum-check")
    t.scalars(b"w", [witness])

    t.point(b"f", folded["c"])
    t.scalars(b"u", point[::-1])
    t.scalars(b"e", [witness])
    h, g, q, s, d, quotient, w, w_prime = mercury_points
    for label, points, challenge in [("h", [h], "a"), ("qg", [q, g], "gm"), ("sd", [s, d], "zt")]:
        for name, each in zip(label, points):
            t.point(name.encode(), each)
        t.challenge(challenge.encode(), P)
    for label, value in zip([b"gz", b"gzi", b"hz", b"hzi", b"sz", b"szi"], mercury_values):
        t.scalars(label, [value])
    for label, each, challenge in [(b"t", quotient, b"b"), (b"w", w, b"z"), (b"wp", w_prime, b"pd")]:
        t.point(label, each)
        t.challenge(challenge, P)
    verify_grumpkin(key, t, v, from_)
    check(from_.at == len(proof), "length")
    return zn


def verify_grumpkin(key, t, v, from_):
    outer, values = from_.rounds(Q, ROUNDS), from_.scalars(Q, 4)
    inner, witness = from_.rounds(Q, ROUNDS), from_.scalar(Q)
    joint, joint_values = from_.rounds(Q, ROUNDS), from_.scalars(Q, 2)
    sides = [(from_.point(H_CURVE), from_.point(H_CURVE)) for _ in range(ROUNDS)]
    last = from_.scalar(Q)

    y = v["x"][:2] + [sum(limb << 85 * i for i, limb in enumerate(v["x"][at : at + 3])) % Q for at in range(2, 20, 3)]
    tau = [t.challenge(b"tau", Q) for _ in range(ROUNDS)]
    row, claim = sum_check(t, 0, outer, Q, tau)
    a, b, c, e = values
    check((a * b - v["u"] * c - e - claim) % Q == 0, "CycleFold's outer sum-check")
    t.scalars(b"abcE", values)
    known = [v["u"]] + y
    point = columns_check(
        t, key["cycle_shape"], row, values[:3], known, inner, witness, Q, "CycleFold's inner sum-check"
    )
    t.scalars(b"W", [witness])
    theta = t.challenge(b"theta", Q)
    end, claim = sum_check(t, (witness + theta * e) % Q, joint, Q)
    w, error = joint_values
    check((eq(point, end, Q) * w + theta * eq(row, end, Q) * error - claim) % Q == 0, "CycleFold's joint sum-check")
    t.scalars(b"joint", joint_values)
    factor = t.challenge(b"c", Q)
    scaled = multi(H_CURVE, [factor], [v["q"]])
    commitment = affine(H_CURVE, add_j(P, jacobian(v["p"]), jacobian(scaled)))
    value = (w + factor * error) % Q

    t.scalars(b"point", end)
    t.scalars(b"value", [value])
    t.point(b"P", commitment)
    base = t.challenge(b"ipa", Q)
    weights, at_point, scalars, points = [last], 1, [], []
    challenges = []
    for left, right in sides:
        t.point(b"L", left)
        t.point(b"R", right)
        challenges.append(t.challenge(b"r", Q))
        check(challenges[-1] != 0, "challenge")
    for r, x in zip(challenges, reversed(end)):
        inverse = pow(r, -1, Q)
        at_point = at_point * ((1 - x) * inverse + r * x) % Q
    for r, (left, right) in zip(reversed(challenges), reversed(sides)):
        inverse = pow(r, -1, Q)
        weights = [weight * inverse % Q for weight in weights] + [weight * r % Q for weight in weights]
        scalars += [r * r % Q, inverse * inverse % Q]
        points += [left, right]
    scalars += [Q - weight for weight in weights] + [(value - last * at_point) * base % Q, 1]
    points += key["generators"] + [key["product"], commitment]
    check(multi(H_CURVE, scalars, points) is None, "opening on Grumpkin")


def read_key(compact, cycle_shape):
    """The compact key; of what it only names by a digest, the circuit of the curve operation must be given."""
    digest = lambda data: hashlib.sha256(data).digest()
    take = Taker(compact)
    check(take.bytes(8) == b"WSC-LINE" and take.number() == 1, "key of another kind or version")
    check(take.bytes(take.number()) == PROTOCOL, "protocol")
    arity, log_rows, _ = take.number(), take.number(), take.number()
    constants = b"".join(value.to_bytes(32, "little") for row in CONSTANTS + MIX for value in row)
    check(take.bytes(32) == digest(constants), "Poseidon's constants")
    check(take.bytes(32) == digest(cycle_shape), "circuit of the curve operation")
    take.bytes(128)  # tau times the generator of G2: for the pairing
    bases = generators(PROTOCOL + b" cyclefold", 1025)
    check(all(on_curve(H_CURVE, point) for point in bases), "generators")
    check(take.bytes(64 * 1025) == b"".join(v.to_bytes(32, "little") for point in bases for v in point), "generators")
    key_id = digest(b"wsc-line verifying key v1\0" + compact)
    return {
        "id": key_id,
        "pp": int.from_bytes(key_id[:31], "little"),
        "arity": arity,
        "log_rows": log_rows,
        "shape": Shape(take.rest(), P),
        "cycle_shape": Shape(cycle_shape, Q),
        "generators": bases[:1024],
        "product": bases[1024],
    }


def main(path):
    with open(path) as file:
        statement = json.load(file)
    number = lambda text: int.from_bytes(bytes.fromhex(text), "little")
    key = read_key(bytes.fromhex(statement["key"]), bytes.fromhex(statement["cycleShape"]))
    for case in statement["cases"]:
        z0 = [number(element) for element in case["z0"]]
        try:
            zn = verify(key, bytes.fromhex(case["proof"]), case["n"], z0)
        except Refused as refused:
            print(f"refused: {refused}")
        else:
            print("ok " + "".join(value.to_bytes(32, "little").hex() for value in zn))


if __name__ == "__main__":
    main(sys.argv[1])
