import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.Charset;
import java.security.KeyStore;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** What a service asks of its run-time environment: who it is, whom it trusts, and fonts for its PDFs. */
public class Hello {
    public static void main(String[] arguments) throws Exception {
        System.out.println("Java " + Runtime.version().feature());
        System.out.println(System.getProperty("user.name") + " at " + System.getProperty("user.home"));
        System.out.println("default charset " + Charset.defaultCharset());
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        int trusted = ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers().length;
        System.out.println(trusted >= 100 ? "trusts 100 authorities or more" : "trusts " + trusted);
        BufferedImage image = new BufferedImage(200, 50, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.drawString("Grüße", 10, 30);
        boolean drawn = false;
        for (int x = 0; x < 200; x++)
            for (int y = 0; y < 50; y++)
                drawn |= image.getRGB(x, y) != 0xFF000000;
        System.out.println(drawn ? "drew text" : "drew nothing");
    }
}
