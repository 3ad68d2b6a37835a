#!/usr/bin/env bash
# Makes the vectors of this folder anew with OpenSSL 3 (its legacy provider for single DES). Keys and certificates differ each time; the
# tests compare files with one another, so all of them are made together.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
rm -f -- *.pem *.der *.p7b *.key
pass=(-passout pass:vector-password)

# RSA of 512 bits is of no use but small: every byte of these files is changed in the tests.
openssl genrsa -traditional -out rsa.pem 512 2>/dev/null
openssl ecparam -name prime256v1 -genkey -out ec.pem
openssl genpkey -algorithm ed25519 -out ed25519.pem
openssl dsaparam -noout -genkey 1024 2>/dev/null | openssl pkey -traditional -out dsa.pem

openssl pkcs8 -topk8 -nocrypt -in rsa.pem -out rsa-pkcs8.der -outform DER
openssl pkcs8 -topk8 -nocrypt -in ec.pem -out ec-pkcs8.pem
openssl pkcs8 -topk8 -nocrypt -in ec.pem -out ec-pkcs8.der -outform DER
openssl pkcs8 -topk8 -nocrypt -in dsa.pem -out dsa-pkcs8.der -outform DER
openssl pkey -in ed25519.pem -outform DER -out ed25519-pkcs8.der
openssl rsa -in rsa.pem -traditional -outform DER -out rsa.der 2>/dev/null
openssl ec -in ec.pem -outform DER -out ec.der 2>/dev/null

openssl pkcs8 -topk8 -in ec.pem -out ec-pbes2.pem -v2 aes256 -v2prf hmacWithSHA256 -iter 10 "${pass[@]}"
openssl pkcs8 -topk8 -in ec.pem -out ec-pbes2.der -outform DER -v2 aes128 -v2prf hmacWithSHA1 -iter 10 "${pass[@]}"
openssl pkcs8 -topk8 -in ec.pem -out ec-scrypt.pem -scrypt -scrypt_N 16 -scrypt_r 8 -scrypt_p 1 "${pass[@]}"
openssl pkcs8 -topk8 -in ec.pem -out ec-pbes1.pem -v1 PBE-SHA1-3DES -iter 10 "${pass[@]}"
for cipher in aes128 aes192 aes256 des3; do
    openssl ec -in ec.pem -"$cipher" -out "ec-traditional-$cipher.pem" "${pass[@]}" 2>/dev/null
done
openssl ec -provider legacy -provider default -in ec.pem -des -out ec-traditional-des.pem "${pass[@]}" 2>/dev/null

# root, intermediate and leaf
for name in root intermediate leaf; do openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"; done
cp leaf.key leaf-key.pem
openssl req -x509 -new -key root.key -subj "/O=Vectors/CN=root" -days 3650 -out root.pem
openssl req -new -key intermediate.key -subj "/O=Vectors/CN=intermediate" -out request.pem
openssl x509 -req -in request.pem -CA root.pem -CAkey root.key -set_serial 2 -days 3650 -out intermediate.pem 2>/dev/null \
    -extfile <(printf 'basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n')
openssl req -new -key leaf.key -subj "/O=Vectors/CN=leaf" -out request.pem
openssl x509 -req -in request.pem -CA intermediate.pem -CAkey intermediate.key -set_serial 3 -days 3650 -out leaf.pem 2>/dev/null \
    -extfile <(printf 'subjectAltName=DNS:leaf.example\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n')
openssl x509 -in leaf.pem -outform DER -out leaf.der
openssl x509 -in leaf.pem -trustout -addtrust serverAuth -out leaf-trusted.pem
openssl pkey -in leaf.key -pubout -out leaf-public.pem
cat root.pem leaf.pem intermediate.pem >bundle.pem
openssl crl2pkcs7 -nocrl -certfile bundle.pem -out bundle.p7b.pem
openssl crl2pkcs7 -nocrl -certfile bundle.pem -outform DER -out bundle.p7b
# SignedData with a signer, in BER of indefinite length (streamed).
printf 'text' | openssl cms -sign -signer leaf.pem -inkey leaf.key -certfile <(cat root.pem intermediate.pem) -stream -outform DER -out signed-ber.p7b -nodetach -binary
mkdir -p ca && touch ca/index.txt && echo 01 >ca/crlnumber
openssl ca -gencrl -config <(printf '[ca]\ndefault_ca=d\n[d]\ndatabase=ca/index.txt\ncrlnumber=ca/crlnumber\ndefault_md=sha256\ndefault_crl_days=3650\n') \
    -cert root.pem -keyfile root.key -out revoked.pem 2>/dev/null
rm -rf ca ./*.key
echo "made $(find . -name '*.pem' -o -name '*.der' -o -name '*.p7b' | wc -l) files"
