# SPDX-License-Identifier: Apache-2.0
"""Ed25519 as RFC 8032, section 5.1, tells it: slow, and short enough to read beside the RFC.

Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z. For checking signatures and for signing in
tests only: it takes its time from the secret, so it must never sign where somebody could measure.
"""

from functools import lru_cache
from hashlib import sha512

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
ZERO = (0, 1, 1, 0)


def add(a, b):
    m, n = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    k, z = 2 * D * a[3] * b[3], 2 * a[2] * b[2]
    e, f, g, h = (n - m) % P, (z - k) % P, (z + k) % P, (n + m) % P
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(number, point):
    result = ZERO
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def encode(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(text):
    """The point that 32 bytes name in the one way they may; None when there is none."""
    number = int.from_bytes(text, "little")
    odd, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT_OF_MINUS_ONE % P
    if x * x % P != square or (x == 0 and odd):
        return None
    x = P - x if x & 1 != odd else x
    return (x, y, 1, x * y % P)


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def hash_number(*parts):
    return int.from_bytes(sha512(b"".join(parts)).digest(), "little")


def is_small(point):
    """Eight times it is nothing: a key like that signs everything."""
    point = multiply(8, point)
    return point[0] == 0 and point[1] == point[2]


def secret_parts(seed):
    digest = sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:]


@lru_cache
def public_key(seed):
    return encode(multiply(secret_parts(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = secret_parts(seed)
    once = hash_number(prefix, message) % ORDER
    first = encode(multiply(once, BASE))
    challenge = hash_number(first, public_key(seed), message) % ORDER
    return first + ((once + challenge * scalar) % ORDER).to_bytes(32, "little")


@lru_cache(maxsize=4096)
def verify(key, message, signature):
    """Whether the signature is the key's; refuses every second way of writing one, and small points."""
    if len(key) != 32 or len(signature) != 64:
        return False
    point, first = decode(key), decode(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or first is None or scalar >= ORDER or is_small(point) or is_small(first):
        return False
    challenge = hash_number(signature[:32], key, message) % ORDER
    x, y, z, t = multiply(challenge, point)
    return encode(add(multiply(scalar, BASE), (-x % P, y, z, -t % P))) == signature[:32]
