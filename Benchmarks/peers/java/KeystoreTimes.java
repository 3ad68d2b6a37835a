import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.Collections;

/**
 * How long Java takes for a keystore in this process: FILE TYPE PROVIDER PASSWORD ROUNDS, where PROVIDER is a class name or -.
 * Prints milliseconds: the first load with all entries looked at, the median of ROUNDS, and the median of opening the first key (0 if none).
 */
public final class KeystoreTimes {
    public static void main(String[] arguments) throws Exception {
        byte[] bytes = Files.readAllBytes(Path.of(arguments[0]));
        String type = arguments[1];
        char[] password = arguments[3].toCharArray();
        int rounds = Integer.parseInt(arguments[4]);
        Provider provider = null;
        if (!arguments[2].equals("-")) {
            provider = (Provider) Class.forName(arguments[2]).getDeclaredConstructor().newInstance();
            Security.addProvider(provider);
        }
        long[] samples = new long[rounds + 1];
        long seen = 0;
        KeyStore store = null;
        for (int round = 0; round <= rounds; round++) {
            long start = System.nanoTime();
            store = provider == null ? KeyStore.getInstance(type) : KeyStore.getInstance(type, provider);
            store.load(new ByteArrayInputStream(bytes), password);
            for (String alias : Collections.list(store.aliases())) {
                seen += store.getCreationDate(alias).getTime() & 1;
                seen += store.getCertificate(alias).getEncoded().length;
            }
            samples[round] = System.nanoTime() - start;
        }
        double first = samples[0] / 1e6;
        long[] warm = Arrays.copyOfRange(samples, Math.min(rounds, rounds / 5 + 1), rounds + 1);
        Arrays.sort(warm);
        double key = 0;
        for (String alias : Collections.list(store.aliases())) {
            if (!store.isKeyEntry(alias)) continue;
            long[] openings = new long[Math.min(rounds, 12)];
            for (int round = 0; round < openings.length; round++) {
                long start = System.nanoTime();
                seen += store.getKey(alias, password).getEncoded().length;
                openings[round] = System.nanoTime() - start;
            }
            Arrays.sort(openings);
            key = openings[openings.length / 2] / 1e6;
            break;
        }
        if (seen == 0) throw new IllegalStateException("nothing was seen");
        System.out.printf("%.3f %.3f %.3f%n", first, warm[warm.length / 2] / 1e6, key);
    }
}
