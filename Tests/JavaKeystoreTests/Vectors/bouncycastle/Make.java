import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.*;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Date;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.util.PBKDF2Config;
import org.bouncycastle.crypto.util.PBKDFConfig;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter.EncryptionAlgorithm;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter.MacAlgorithm;
import org.bouncycastle.jcajce.BCFKSLoadStoreParameter.SignatureAlgorithm;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Writes small keystores of Bouncy Castle's formats with derivations of a few rounds, so that thousands of altered copies can be read. */
public class Make {
    static final char[] PASSWORD = "Vector-0".toCharArray();
    static final byte[] AES = new byte[16];
    static KeyPair pair;
    static X509Certificate certificate;

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        pair = elliptic("P-256");
        certificate = selfSigned(pair);
        for (int i = 0; i < AES.length; i++) AES[i] = (byte) i;
        Files.write(Path.of("key.pkcs8"), pair.getPrivate().getEncoded());
        Files.write(Path.of("certificate.der"), certificate.getEncoded());

        PBKDFConfig sha512 = new PBKDF2Config.Builder().withIterationCount(3).withSaltLength(16).withPRF(PBKDF2Config.PRF_SHA512).build();
        PBKDFConfig sha3 = new PBKDF2Config.Builder().withIterationCount(3).withSaltLength(16).withPRF(PBKDF2Config.PRF_SHA3_512).build();
        PBKDFConfig scrypt = new ScryptConfig.Builder(16, 2, 1).withSaltLength(16).build();
        closed("ccm", sha512, EncryptionAlgorithm.AES256_CCM, MacAlgorithm.HmacSHA512);
        closed("kwp-sha3", sha3, EncryptionAlgorithm.AES256_KWP, MacAlgorithm.HmacSHA3_512);
        closed("scrypt", scrypt, EncryptionAlgorithm.AES256_CCM, MacAlgorithm.HmacSHA512);

        signed("signed-p384", elliptic("P-384"), SignatureAlgorithm.SHA512withECDSA, sha512);
        signed("signed-p521-sha3", elliptic("P-521"), SignatureAlgorithm.SHA3_512withECDSA, sha512);
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA", "BC");
        rsa.initialize(2048);
        KeyPair rsaPair = rsa.generateKeyPair();
        signed("signed-rsa", rsaPair, SignatureAlgorithm.SHA512withRSA, sha512);
        signed("signed-rsa-sha3", rsaPair, SignatureAlgorithm.SHA3_512withRSA, sha512);

        for (String type : new String[] {"BKS", "BKS-V1", "UBER"}) {
            KeyStore store = KeyStore.getInstance(type, "BC");
            store.load(null, null);
            fill(store);
            // Bytes that the caller has closed, of a private key and of something without certificates.
            store.setKeyEntry("closed", new byte[] {0x30, 0}, new Certificate[] {certificate});
            store.setKeyEntry("bytes", AES, null);
            try (FileOutputStream out = new FileOutputStream("store." + type.toLowerCase())) { store.store(out, PASSWORD); }
        }
    }

    static void fill(KeyStore store) throws Exception {
        store.setCertificateEntry("Root", certificate);
        store.setKeyEntry("key", pair.getPrivate(), PASSWORD, new Certificate[] {certificate});
        store.setKeyEntry("aes", new SecretKeySpec(AES, "AES"), "another".toCharArray(), null);
    }

    static void closed(String name, PBKDFConfig derivation, EncryptionAlgorithm cipher, MacAlgorithm mac) throws Exception {
        KeyStore store = KeyStore.getInstance("BCFKS", "BC");
        store.load(new BCFKSLoadStoreParameter.Builder((java.io.OutputStream) null, PASSWORD).withStorePBKDFConfig(derivation)
            .withStoreEncryptionAlgorithm(cipher).withStoreMacAlgorithm(mac).build());
        fill(store);
        try (FileOutputStream out = new FileOutputStream(name + ".bcfks")) {
            store.store(new BCFKSLoadStoreParameter.Builder(out, PASSWORD).withStorePBKDFConfig(derivation)
                .withStoreEncryptionAlgorithm(cipher).withStoreMacAlgorithm(mac).build());
        }
    }

    static void signed(String name, KeyPair signer, SignatureAlgorithm algorithm, PBKDFConfig derivation) throws Exception {
        KeyStore store = KeyStore.getInstance("BCFKS", "BC");
        store.load(null, null);
        store.setCertificateEntry("Root", certificate);
        Files.write(Path.of(name + ".spki"), signer.getPublic().getEncoded());
        try (FileOutputStream out = new FileOutputStream(name + ".bcfks")) {
            store.store(new BCFKSLoadStoreParameter.Builder(out, signer.getPrivate()).withStoreSignatureAlgorithm(algorithm)
                .withStorePBKDFConfig(derivation).build());
        }
    }

    static KeyPair elliptic(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    static X509Certificate selfSigned(KeyPair keys) throws Exception {
        X500Name name = new X500Name("CN=vector");
        var builder = new JcaX509v3CertificateBuilder(
            name, BigInteger.ONE, new Date(1_600_000_000_000L), new Date(1_900_000_000_000L), name, keys.getPublic());
        return new JcaX509CertificateConverter().getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }
}
