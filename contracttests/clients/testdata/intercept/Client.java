import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Pattern;

/** Logs in and lists tokens with HttpClient and HttpURLConnection. The address of the tenant is built in. */
public class Client {
  static final String BASE = "https://acme.api.identitynow.com";

  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    var login = client.send(HttpRequest.newBuilder(URI.create(BASE + "/oauth/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(BodyPublishers.ofString("grant_type=client_credentials&client_id=" + System.getenv("SAIL_CLIENT_ID")
            + "&client_secret=" + System.getenv("SAIL_CLIENT_SECRET"))).build(), BodyHandlers.ofString());
    var token = Pattern.compile("\"access_token\":\"([^\"]+)\"").matcher(login.body());
    if (!token.find()) {
      throw new IllegalStateException(login.body());
    }
    URI list = URI.create(BASE + "/v3/personal-access-tokens");
    var tokens = (HttpURLConnection) list.toURL().openConnection();
    tokens.setRequestProperty("Authorization", "Bearer " + token.group(1));
    URI mock = URI.create(System.getenv("SAIL_BASE_URL") + "/oauth/info"); // does not need the proxy
    var direct = client.send(HttpRequest.newBuilder(mock).build(), BodyHandlers.ofString());
    System.out.println(login.statusCode() + " " + tokens.getResponseCode() + " " + direct.statusCode());
  }
}
