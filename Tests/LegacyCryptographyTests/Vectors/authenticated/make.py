"""Writes vectors.json: AES-CCM and AES key wrap with padding. See README.md. Needs: pip install cryptography cryptography-vectors"""
import hashlib, json, os, re
import cryptography_vectors
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding

published = os.path.dirname(cryptography_vectors.__file__)
rows = []


def some(label, size):
    """Bytes that look random and are the same in every run."""
    return hashlib.shake_128(label.encode()).digest(size)


def pattern(size):
    """Clear text that the tests make in the same way."""
    return bytes(7 * n + (n >> 8) & 255 for n in range(size))


# Sections with associated data are left out; "Payload = 00" of an empty payload is a placeholder.
for bits in [128, 192, 256]:
    section, key, record = None, None, {}
    for line in open(os.path.join(published, "ciphers", "AES", "CCM", "DVPT%d.rsp" % bits)):
        head = re.match(r"\[Alen = (\d+), Plen = (\d+), Nlen = (\d+), Tlen = (\d+)\]", line)
        pair = re.match(r"(\w+) = (\w+)", line)
        if head:
            section = [int(n) for n in head.groups()]
        elif pair:
            record[pair[1]] = pair[2]
            failed = pair[1] == "Result" and pair[2] == "Fail"
            if section[0] == 0 and (failed or pair[1] == "Payload"):
                plain = None if failed else record["Payload"] if section[1] else ""
                rows.append({"kind": "ccm", "origin": "NIST DVPT%d" % bits, "key": record["Key"], "nonce": record["Nonce"],
                             "tagLength": section[3], "plain": plain, "secret": record["CT"]})

for size in [0, 1, 15, 16, 17, 255, 65535]:
    for nonce_size, tag in [(7, 16), (12, 8), (12, 12), (13, 4)]:
        key, nonce, plain = some("ccm key %d" % size, 32), some("ccm nonce %d" % size, nonce_size), pattern(size)
        secret = AESCCM(key, tag).encrypt(nonce, plain, None)
        row = {"kind": "ccm", "origin": "cryptography", "key": key.hex(), "nonce": nonce.hex(), "tagLength": tag}
        # Of the long ones only a digest is kept.
        rows.append({**row, "plain": plain.hex(), "secret": secret.hex()} if size < 1000
                    else {**row, "size": size, "secretSHA256": hashlib.sha256(secret).hexdigest()})

# Of every file and length the first five.
for direction in ["AE", "AD"]:
    for bits in [128, 192, 256]:
        kept, record = 0, {}
        for line in open(os.path.join(published, "keywrap", "kwtestvectors", "KWP_%s_%d.txt" % (direction, bits))):
            pair = re.match(r"(\w+) = (\w+)", line)
            if line.startswith("[PLAINTEXT"):
                kept = 0
            elif pair:
                record[pair[1]] = pair[2]
            if kept < 5 and (line.startswith("FAIL") or (pair and pair[1] == ("C" if direction == "AE" else "P"))):
                kept += 1
                rows.append({"kind": "kwp", "origin": "NIST KWP_%s_%d" % (direction, bits), "key": record["K"],
                             "plain": None if line.startswith("FAIL") else record["P"], "secret": record["C"]})

for size in list(range(1, 34)) + [1000]:
    key, plain = some("kwp key %d" % size, 32), some("kwp %d" % size, size)
    rows.append({"kind": "kwp", "origin": "cryptography", "key": key.hex(), "plain": plain.hex(), "secret": aes_key_wrap_with_padding(key, plain).hex()})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")
