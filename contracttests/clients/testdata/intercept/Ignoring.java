import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Sends a request to a host that no DNS has. Java ignores the proxy variables. */
public class Ignoring {
  public static void main(String[] args) throws Exception {
    URI info = URI.create("https://acme.api.identitynow.invalid/oauth/info");
    System.out.println(HttpClient.newHttpClient().send(HttpRequest.newBuilder(info).build(), BodyHandlers.ofString()).statusCode());
  }
}
