import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;

/**
 * Says what Java sees in keystores, so that what we write can be compared entry by entry.
 *
 * Requests come in the file that is named as argument, or else on standard input, one a line, fields separated by tabs:
 *
 *   file  type  provider  password  keyPasswords
 *
 * provider is the name of a provider's class (org.bouncycastle.jce.provider.BouncyCastleProvider, on the class path), or - for the first
 * that has the type. Passwords are base64 of UTF-8; a store password of - is none (null). The key passwords, separated by commas, are tried
 * on every key in turn; - stands for the store's alone.
 *
 * Answers are JSON, one object a line: for each entry
 *
 *   {"file","alias","kind":"privateKey|secretKey|trustedCertificate","created":ms,"certificates":[sha256...],
 *    "keyPassword":which of the passwords opened it, from 0,"algorithm",
 *    "encoded":sha256 of the key's encoding (PKCS#8, or a secret key's bytes),
 *    "signature":"verifies" if what a private key signs verifies under its certificate, else why not,"keyError":why there is no key}
 *
 * and at the end of each request {"file","entries":count} or {"file","error":class and message of the exception and its causes}.
 * One process answers any number of requests: starting Java costs more than most of them.
 */
public final class KeystoreProbe {
    private static final PrintStream answers = System.out;

    private static final class Line {
        private final StringBuilder text = new StringBuilder("{");

        Line with(String name, String value) { return raw(name, value == null ? "null" : quoted(value)); }
        Line with(String name, long value) { return raw(name, Long.toString(value)); }
        Line with(String name, List<String> values) {
            List<String> quoted = new ArrayList<>();
            for (String value : values) quoted.add(quoted(value));
            return raw(name, "[" + String.join(",", quoted) + "]");
        }
        private Line raw(String name, String value) {
            if (text.length() > 1) text.append(',');
            text.append(quoted(name)).append(':').append(value);
            return this;
        }
        private static String quoted(String value) {
            StringBuilder result = new StringBuilder("\"");
            for (char unit : value.toCharArray()) {
                // Everything beyond printable ASCII is escaped: no encoding of the channel can go wrong.
                if (unit < 0x20 || unit > 0x7E || unit == '"' || unit == '\\') result.append(String.format("\\u%04x", (int) unit));
                else result.append(unit);
            }
            return result.append('"').toString();
        }
        void print() { answers.println(text + "}"); }
    }

    public static void main(String[] arguments) throws Exception {
        // Bouncy Castle prints what it skips to standard output.
        System.setOut(System.err);
        InputStream source = arguments.length > 0 ? new FileInputStream(arguments[0]) : System.in;
        BufferedReader requests = new BufferedReader(new InputStreamReader(source, StandardCharsets.UTF_8));
        for (String request = requests.readLine(); request != null; request = requests.readLine()) {
            String[] fields = request.split("\t", -1);
            if (fields.length != 5) throw new IllegalArgumentException("a request has five fields, not " + fields.length);
            try {
                describe(fields);
            } catch (Exception problem) {
                new Line().with("file", fields[0]).with("error", explained(problem)).print();
            }
        }
    }

    private static void describe(String[] fields) throws Exception {
        char[] password = password(fields[3], null);
        List<char[]> keyPasswords = new ArrayList<>();
        for (String field : fields[4].split(",")) keyPasswords.add(password(field, password));
        Provider provider = fields[2].equals("-") ? null : (Provider) Class.forName(fields[2]).getDeclaredConstructor().newInstance();
        KeyStore store = provider == null ? KeyStore.getInstance(fields[1]) : KeyStore.getInstance(fields[1], provider);
        try (InputStream stream = new FileInputStream(fields[0])) {
            store.load(stream, password);
        }
        int count = 0;
        for (String alias : Collections.list(store.aliases())) {
            describe(store, alias, keyPasswords, provider, new Line().with("file", fields[0]).with("alias", alias)).print();
            count += 1;
        }
        new Line().with("file", fields[0]).with("entries", count).print();
    }

    private static Line describe(KeyStore store, String alias, List<char[]> passwords, Provider provider, Line line) throws Exception {
        line.with("created", store.getCreationDate(alias) == null ? 0 : store.getCreationDate(alias).getTime());
        if (store.isCertificateEntry(alias)) {
            return line.with("kind", "trustedCertificate").with("certificates", List.of(sha256(store.getCertificate(alias).getEncoded())));
        }
        List<String> chain = new ArrayList<>();
        Certificate[] certificates = store.getCertificateChain(alias);
        if (certificates != null) for (Certificate certificate : certificates) chain.add(sha256(certificate.getEncoded()));
        line.with("certificates", chain);
        String problems = null;
        for (int index = 0; index < passwords.size(); index += 1) {
            try {
                Key key = store.getKey(alias, passwords.get(index));
                String encoded = sha256(key.getEncoded());
                line.with("kind", key instanceof PrivateKey ? "privateKey" : "secretKey").with("keyPassword", index);
                line.with("algorithm", key.getAlgorithm()).with("encoded", encoded);
                if (key instanceof PrivateKey && !chain.isEmpty()) line.with("signature", trial((PrivateKey) key, certificates[0], provider));
                return line;
            } catch (Exception problem) {
                problems = problems == null ? explained(problem) : problems + "; then " + explained(problem);
            }
        }
        return line.with("kind", chain.isEmpty() ? "secretKey" : "privateKey").with("keyError", problems);
    }

    private static String trial(PrivateKey key, Certificate certificate, Provider provider) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA", "DSA" -> "SHA256with" + key.getAlgorithm();
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signature = provider == null ? Signature.getInstance(algorithm) : Signature.getInstance(algorithm, provider);
            byte[] message = algorithm.getBytes(StandardCharsets.UTF_8);
            signature.initSign(key);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(message);
            return signature.verify(signed) ? "verifies" : "does not verify";
        } catch (Exception problem) {
            return explained(problem);
        }
    }

    private static char[] password(String field, char[] otherwise) {
        if (field.equals("-")) return otherwise;
        return new String(Base64.getDecoder().decode(field), StandardCharsets.UTF_8).toCharArray();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static String explained(Throwable problem) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            text.append(text.length() == 0 ? "" : "; because of ").append(cause);
        }
        return text.toString();
    }
}
