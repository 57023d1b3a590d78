import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Pattern;

/** Logs in by an Authenticator, which needs a challenge on 401, and reads a 401 of the API. */
public class Login {
  public static void main(String[] args) throws Exception {
    String url = System.getenv("SAIL_BASE_URL");
    Authenticator basic = new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(System.getenv("SAIL_CLIENT_ID"), System.getenv("SAIL_CLIENT_SECRET").toCharArray());
      }
    };
    HttpClient client = HttpClient.newBuilder().authenticator(basic).build();
    HttpRequest login = HttpRequest.newBuilder(URI.create(url + "/oauth/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials")).build();
    var issued = client.send(login, BodyHandlers.ofString());
    var token = Pattern.compile("\"access_token\":\"([^\"]+)\"").matcher(issued.body());
    if (issued.statusCode() != 200 || !token.find()) {
      throw new IllegalStateException("login: " + issued.statusCode() + " " + issued.body());
    }
    URI list = URI.create(url + "/v2026/personal-access-tokens?owner-id=me");
    HttpClient plain = HttpClient.newHttpClient();
    var listed = plain.send(HttpRequest.newBuilder(list).header("Authorization", "Bearer " + token.group(1)).build(), BodyHandlers.ofString());
    var refused = client.send(HttpRequest.newBuilder(list).header("Authorization", "Bearer bad").build(), BodyHandlers.ofString());
    System.out.println(listed.statusCode() + " " + refused.statusCode());
  }
}
