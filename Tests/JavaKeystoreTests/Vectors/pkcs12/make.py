#!/usr/bin/env python3
"""Makes the small PKCS#12 files of this folder again (with other keys): needs keytool, openssl and nothing else.

Iteration counts are tiny, so that thousands of altered copies can be tried. Passwords are `secret` throughout.
"""
import base64, hashlib, hmac, os, subprocess, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PASSWORD = "secret"


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


# --- DER, read into (tag, content or list of children), and written as DER or BER

def read(data, start=0):
    tag, length, head = data[start], data[start + 1], 2
    if length >= 0x80:
        size = length & 0x7F
        length, head = int.from_bytes(data[start + 2:start + 2 + size], "big"), 2 + size
    end = start + head + length
    content = data[start + head:end]
    if not tag & 0x20:
        return (tag, content), end
    children, place = [], 0
    while place < len(content):
        child, place = read(content, place)
        children.append(child)
    return (tag, children), end


def definite(tag, content):
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def der(node):
    tag, content = node
    return definite(tag, content if isinstance(content, bytes) else b"".join(map(der, content)))


def ber(node):
    """Indefinite lengths, and long strings in segments of 100 octets."""
    tag, content = node
    if not isinstance(content, bytes):
        return bytes([tag, 0x80]) + b"".join(map(ber, content)) + b"\0\0"
    if tag in (0x04, 0x80) and len(content) > 100:
        segments = b"".join(definite(0x04, content[at:at + 100]) for at in range(0, len(content), 100))
        return bytes([tag | 0x20, 0x80]) + segments + b"\0\0"
    return definite(tag, content)


def oid(text):
    arcs = [int(arc) for arc in text.split(".")]
    octets = bytes([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        digits = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            digits.insert(0, arc & 0x7F | 0x80)
        octets += bytes(digits)
    return (0x06, octets)


def integer(value):
    return (0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


NULL = (0x05, b"")


def algorithm(identifier, parameters=NULL):
    return (0x30, [oid(identifier), parameters])


# --- the two MACs

def kdf_mac(name, password, salt, iterations):
    """RFC 7292 appendix B with ID 3, for output of one block."""
    block = 64
    text = password.encode("utf-16-be") + b"\0\0"
    def filled(data): return (data * block)[:(len(data) + block - 1) // block * block]
    result = bytes([3]) * block + filled(salt) + filled(text)
    for _ in range(iterations):
        result = hashlib.new(name, result).digest()
    return result


def classic_mac(content, salt=b"12345678", iterations=3):
    value = hmac.new(kdf_mac("sha256", PASSWORD, salt, iterations), content, "sha256").digest()
    info = (0x30, [algorithm("2.16.840.1.101.3.4.2.1"), (0x04, value)])
    return (0x30, [info, (0x04, salt), integer(iterations)])


def pbmac1(content, derivation, name, salt=b"abcdefgh", iterations=7, says_length=True):
    """RFC 9579, which demands the length of the key."""
    identifiers = {"sha1": 7, "sha224": 8, "sha256": 9, "sha384": 10, "sha512": 11}
    length = hashlib.new(name).digest_size
    key = hashlib.pbkdf2_hmac(derivation, PASSWORD.encode(), salt, iterations, length)
    value = hmac.new(key, content, name).digest()
    length_field = [integer(length)] if says_length else []
    function = algorithm(f"1.2.840.113549.2.{identifiers[derivation]}")
    pbkdf2 = algorithm("1.2.840.113549.1.5.12", (0x30, [(0x04, salt), integer(iterations)] + length_field + [function]))
    parameters = (0x30, [pbkdf2, algorithm(f"1.2.840.113549.2.{identifiers[name]}")])
    info = (0x30, [algorithm("1.2.840.113549.1.5.14", parameters), (0x04, value)])
    return (0x30, [info, (0x04, b"NOT USED"), integer(1)])


def content_of(pfx):
    return pfx[1][1][1][1][1][0][1]


def exchange(content, mac):
    data = (0x30, [oid("1.2.840.113549.1.7.1"), (0xA0, [(0x04, content)])])
    return (0x30, [integer(3), data] + ([mac] if mac else []))


def save(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def main():
    os.chdir(tempfile.mkdtemp())
    curve = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    run("openssl", "req", "-x509", "-newkey", *curve, "-nodes", "-subj", "/CN=root", "-days", "9999", "-keyout", "root.key", "-out", "root.pem")
    run("openssl", "req", "-newkey", *curve, "-nodes", "-subj", "/CN=leaf", "-keyout", "leaf.key", "-out", "leaf.csr")
    run("openssl", "x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "9999", "-out", "leaf.pem")
    run("openssl", "pkcs12", "-export", "-inkey", "leaf.key", "-in", "leaf.pem", "-certfile", "root.pem", "-name", "Leaf", "-iter", "3",
        "-passout", "pass:" + PASSWORD, "-out", os.path.join(HERE, "openssl.p12"))
    run("openssl", "pkcs12", "-export", "-legacy", "-inkey", "leaf.key", "-in", "leaf.pem", "-name", "Leaf", "-iter", "3",
        "-passout", "pass:" + PASSWORD, "-out", os.path.join(HERE, "openssl-legacy.p12"))
    run("openssl", "pkcs8", "-topk8", "-in", "leaf.key", "-outform", "DER", "-scrypt", "-scrypt_N", "16", "-scrypt_r", "1", "-scrypt_p", "1",
        "-passout", "pass:" + PASSWORD, "-out", os.path.join(HERE, "scrypt.pkcs8"))

    jdk = os.path.join(HERE, "jdk.p12")
    if os.path.exists(jdk):
        os.remove(jdk)
    few = [f"-J-Dkeystore.pkcs12.{what}IterationCount=3" for what in ("keyPbe", "certPbe", "mac")]
    store = ["-keystore", jdk, "-storetype", "PKCS12", "-storepass", PASSWORD]
    run("keytool", "-genkeypair", "-alias", "Agent", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=agent", *few, *store)
    run("keytool", "-genseckey", "-alias", "aes", "-keyalg", "AES", "-keysize", "128", *few, *store)
    run("keytool", "-importcert", "-alias", "Root", "-file", "root.pem", "-noprompt", *few, *store)

    with open(os.path.join(HERE, "openssl.p12"), "rb") as file:
        content = content_of(read(file.read())[0])
    save("pbmac1-sha512.p12", der(exchange(content, pbmac1(content, "sha512", "sha512"))))
    save("pbmac1-sha256-sha384.p12", der(exchange(content, pbmac1(content, "sha256", "sha384"))))
    save("pbmac1-no-length.p12", der(exchange(content, pbmac1(content, "sha256", "sha256", says_length=False))))
    # BER at every level: the safes within the strings as well.
    safes = read(content)[0]
    for safe in safes[1]:
        if safe[1][0] == oid("1.2.840.113549.1.7.1"):
            string = safe[1][1][1]
            string[0] = (0x04, ber(read(string[0][1])[0]))
    written = ber(safes)
    save("ber.p12", ber(exchange(written, classic_mac(written))))


main()
