"""Writes vectors.json: CBC and stream ciphers. See README.md. Needs: pip install cryptography-vectors pycryptodome oxifish"""
import hashlib, json, os, re
import cryptography_vectors, oxifish
from Crypto.Cipher import ARC2, ARC4, DES, DES3

published = os.path.join(os.path.dirname(cryptography_vectors.__file__), "ciphers")
rows = []


def row(cipher, origin, key, iv, plain, secret, **more):
    new = {"cipher": cipher, "origin": origin, "key": key.hex(), "iv": iv.hex(), "plain": plain.hex(), "secret": secret.hex(), **more}
    if new not in rows:  # the response files list most vectors for both directions
        rows.append(new)


def some(label, size):
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_128(label.encode()).digest(size)


def fields(path):
    """One dictionary per COUNT of a NIST response file."""
    record = {}
    for line in open(path).read().splitlines() + ["COUNT = end"]:
        pair = re.fullmatch(r"(\w+) = (\w*)", line)
        if pair is None:
            continue
        if pair[1].upper() == "COUNT" and record:
            yield record
            record = {}
        record[pair[1].upper()] = pair[2]


for name in ["vartext", "invperm", "varkey", "permop", "subtab", "MMT1", "MMT2", "MMT3"]:
    for f in fields(os.path.join(published, "3DES", "CBC", "TCBC%s.rsp" % name)):
        key = bytes.fromhex(f["KEYS"] * 3 if "KEYS" in f else f["KEY1"] + f["KEY2"] + f["KEY3"])
        row("tripleDES", "NIST TCBC%s" % name, key, *(bytes.fromhex(f[part]) for part in ["IV", "PLAINTEXT", "CIPHERTEXT"]))

for bits in [40, 56, 64, 80, 128, 192, 256]:
    for f in fields(os.path.join(published, "ARC4", "rfc-6229-%d.txt" % bits)):
        row("rc4", "RFC 6229", bytes.fromhex(f["KEY"]), b"", bytes.fromhex(f["PLAINTEXT"]), bytes.fromhex(f["CIPHERTEXT"]), offset=int(f["OFFSET"]))

for size in [0, 8, 16, 104]:
    key, iv, plain = some("des key %d" % size, 8), some("des iv %d" % size, 8), some("des %d" % size, size)
    row("des", "pycryptodome", key, iv, plain, DES.new(key, DES.MODE_CBC, iv).encrypt(plain))
    key, iv, plain = some("des3 key %d" % size, 24), some("des3 iv %d" % size, 8), some("des3 %d" % size, size)
    row("tripleDES", "pycryptodome", key, iv, plain, DES3.new(key, DES3.MODE_CBC, iv).encrypt(plain))
    for length in [5, 8, 16, 24, 128]:
        key, iv, plain = some("rc2 key %d" % length, length), some("rc2 iv %d" % size, 8), some("rc2 %d" % size, size)
        for bits in sorted({40, 63, 64, 128, 8 * length}):
            row("rc2", "pycryptodome", key, iv, plain, ARC2.new(key, ARC2.MODE_CBC, iv, effective_keylen=bits).encrypt(plain), bits=bits)

for size in [0, 16, 32, 400]:
    for length in [16, 24, 32]:
        key, iv, plain = some("twofish key %d" % length, length), some("twofish iv %d" % size, 16), some("twofish %d" % size, size)
        secret = oxifish.TwofishKey(key).encrypt(plain, iv=iv, padding=oxifish.Padding.NONE) if plain else b""
        row("twofish", "oxifish", key, iv, plain, secret)

for size in [1, 255, 256, 257, 1000]:
    for length in [5, 16, 256]:
        key, plain = some("rc4 key %d" % length, length), some("rc4 %d" % size, size)
        row("rc4", "pycryptodome", key, b"", plain, ARC4.new(key).encrypt(plain), offset=0)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")
