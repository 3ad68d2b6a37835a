import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Validates the chains of a file with Java's PKIX, in rounds: see Benchmarks/driver/paths.py. */
public final class Peer {
    private final CertificateFactory factory = CertificateFactory.getInstance("X.509");
    private final CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    private final PKIXParameters parameters;
    private final String host;

    private Peer(byte[] root, String host, Date now) throws Exception {
        this.host = host;
        parameters = new PKIXParameters(Set.of(new TrustAnchor(parse(root), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(now);
        X509CertSelector target = new X509CertSelector();
        target.setExtendedKeyUsage(Set.of("1.3.6.1.5.5.7.3.1"));
        parameters.setTargetCertConstraints(target);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) throw new IllegalArgumentException("usage: Peer CHAINS HOST SECONDS-SINCE-1970");
        List<byte[]> certificates = read(arguments[0]);
        Peer peer = new Peer(certificates.get(0), arguments[1], new Date(Long.parseLong(arguments[2]) * 1000));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] numbers = line.split(" ");
            int first = Integer.parseInt(numbers[0]);
            int end = first + Integer.parseInt(numbers[1]);
            StringBuilder samples = new StringBuilder();
            for (int chain = first; chain < end; chain++) {
                long start = System.nanoTime();
                peer.validate(certificates.get(2 * chain + 1), certificates.get(2 * chain + 2));
                samples.append(String.format(Locale.ROOT, "%.2f ", (System.nanoTime() - start) / 1000.0));
            }
            System.out.println(samples);
        }
    }

    private void validate(byte[] leafBytes, byte[] intermediateBytes) throws Exception {
        X509Certificate leaf = parse(leafBytes);
        validator.validate(factory.generateCertPath(List.of(leaf, parse(intermediateBytes))), parameters);
        if (leaf.getSubjectAlternativeNames().stream().noneMatch(name -> name.get(0).equals(2) && name.get(1).equals(host))) {
            throw new CertificateException("not for " + host);
        }
    }

    private X509Certificate parse(byte[] bytes) throws CertificateException {
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes));
    }

    /** Certificates with their length in four octets in front of each. */
    private static List<byte[]> read(String path) throws Exception {
        List<byte[]> certificates = new ArrayList<>();
        try (DataInputStream input = new DataInputStream(new FileInputStream(path))) {
            while (true) {
                int length;
                try {
                    length = input.readInt();
                } catch (EOFException end) {
                    return certificates;
                }
                certificates.add(input.readNBytes(length));
            }
        }
    }
}
