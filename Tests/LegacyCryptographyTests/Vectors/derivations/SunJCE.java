import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;

/** Prints password:salt:iterations:clear text:cipher text of PBEWithMD5AndTripleDES, one case per line; all but the count in hexadecimal. */
class SunJCE {
    public static void main(String[] arguments) throws Exception {
        var hex = HexFormat.of();
        var plain = "what was sealed, of 31 bytes....".substring(0, 31).getBytes("US-ASCII");
        for (var password : new String[] {"a", "changeit", "x".repeat(39), "y".repeat(40), "z".repeat(200)}) {
            for (var salt : new String[] {"0102030405060708", "0102030401020304", "fffffffffffffffe", "abababababababab"}) {
                for (var iterations : new int[] {1, 2, 20, 1000}) {
                    var key = SecretKeyFactory.getInstance("PBEWithMD5AndTripleDES").generateSecret(new PBEKeySpec(password.toCharArray()));
                    var cipher = Cipher.getInstance("PBEWithMD5AndTripleDES");
                    cipher.init(Cipher.ENCRYPT_MODE, key, new PBEParameterSpec(hex.parseHex(salt), iterations));
                    System.out.println(String.join(":", hex.formatHex(password.getBytes("US-ASCII")), salt, "" + iterations,
                        hex.formatHex(plain), hex.formatHex(cipher.doFinal(plain))));
                }
            }
        }
    }
}
