"""Writes vectors.json: hashes and derivations of keys. See README.md. Needs: openssl 3, java 17, pip install pycryptodome pyjks"""
import hashlib, json, os, subprocess
from Crypto.Hash import MD5
from Crypto.Protocol.KDF import PBKDF1
from jks.sun_crypto import _jce_pbe_derive_key_and_iv

here = os.path.dirname(os.path.abspath(__file__))
rows = []


def some(label, size):
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_128(label.encode()).digest(size)


names = {"md5": "MD5", "sha1": "SHA1", "sha224": "SHA2-224", "sha256": "SHA2-256", "sha384": "SHA2-384", "sha512": "SHA2-512",
         "sha512_224": "SHA2-512/224", "sha512_256": "SHA2-512/256"}
passwords = {"": "", "two zeros": "0000", "changeit": "changeit".encode("utf-16-be").hex() + "0000",
             "long": "".join("%02x" % b for b in some("password", 100)) + "0000", "block": some("block", 128).hex()}
for hash, digest in names.items():
    for index, (name, password) in enumerate(passwords.items()):
        for purpose in [1, 2, 3]:
            # Salts and outputs below, at and above the sizes of blocks and digests.
            salt = some("salt %s %d" % (name, purpose), [8, 20, 64, 65, 129][(index + purpose) % 5])
            iterations, count = [1, 2, 3, 100][(index + purpose) % 4], [5, 8, 16, 20, 24, 32, 64, 200][(3 * index + purpose) % 8]
            if not password:
                continue  # openssl wants one
            command = ["openssl", "kdf", "-binary", "-keylen", str(count), "-kdfopt", "digest:" + digest, "-kdfopt", "hexpass:" + password,
                       "-kdfopt", "hexsalt:" + salt.hex(), "-kdfopt", "iter:%d" % iterations, "-kdfopt", "id:%d" % purpose, "PKCS12KDF"]
            rows.append({"kind": "pkcs12", "origin": "openssl", "hash": hash, "purpose": purpose, "password": password, "salt": salt.hex(),
                         "iterations": iterations, "output": subprocess.check_output(command).hex()})

# One block of MD5 holds 39 bytes of password; two hold 103.
for length in [0, 1, 8, 38, 39, 40, 47, 48, 102, 103, 104, 300]:
    password = "".join(chr(0x20 + n % 0x5F) for n in some("pw %d" % length, length))
    for salt in ["0102030405060708", "0102030401020304", "ffffffffffffffff"]:
        for iterations in [1, 2, 3, 100]:
            key, iv = _jce_pbe_derive_key_and_iv(password, bytes.fromhex(salt), iterations)
            rows.append({"kind": "iteratedMD5", "origin": "pyjks", "password": password.encode().hex(), "salt": salt, "iterations": iterations,
                         "swapped": True, "output": (bytes(key) + bytes(iv)).hex()})

# What SunJCE encrypts tells whether a derived key and initialization vector are its own.
for line in subprocess.check_output(["java", os.path.join(here, "SunJCE.java")], text=True).split():
    password, salt, iterations, plain, secret = line.split(":")
    rows.append({"kind": "sunJCE", "origin": "SunJCE 17", "password": password, "salt": salt, "iterations": int(iterations), "plain": plain, "secret": secret})

for password in [b"", b"changeit", some("p", 200)]:
    for iterations in [1, 2, 1000]:
        salt = some("pbkdf1", 8)
        rows.append({"kind": "pbkdf1", "origin": "pycryptodome", "password": password.hex(), "salt": salt.hex(), "iterations": iterations,
                     "output": PBKDF1(password, salt, 16, iterations, MD5).hex()})

for hash in ["sha3_512", "sha512_224", "sha512_256"]:
    for password in [b"", b"changeit", some("p", 71), some("p", 72), some("p", 73), some("p", 128), some("p", 129), some("p", 300)]:
        for iterations, count in [(1, 20), (2, 64), (50, 100)]:
            salt = some("pbkdf2 salt", 64)
            rows.append({"kind": "pbkdf2", "origin": "hashlib", "hash": hash, "password": password.hex(), "salt": salt.hex(), "iterations": iterations,
                         "output": hashlib.pbkdf2_hmac(hash, password, salt, iterations, count).hex()})

# A digest over the digests of the messages 00 01 02 … of 0 to 300 bytes.
for hash in ["sha224", "sha512_224"]:
    every = b"".join(hashlib.new(hash, bytes(n & 255 for n in range(size))).digest() for size in range(301))
    rows.append({"kind": "lengths", "origin": "hashlib", "hash": hash, "output": hashlib.sha256(every).hexdigest()})

with open(os.path.join(here, "vectors.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")
