package mockserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec/rule"
)

func TestAccessToken_IsJWT(t *testing.T) {
	m := start(t, "empty")
	parts := segments(t, m.as("admin"))
	var header, claims map[string]any
	if err := json.Unmarshal([]byte(parts[0]), &header); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"alg": "ES256", "typ": "JWT"}, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if err := json.Unmarshal([]byte(parts[1]), &claims); err != nil {
		t.Fatal(err)
	}
	names := []string{
		"authorities", "client_id", "exp", "identity_id", "internal", "jti", "org", "pod", "scope",
		"strong_auth",
		"strong_auth_supported", "tenant_id", "user_id", "user_name",
	}
	if diff := cmp.Diff(names, slices.Sorted(maps.Keys(claims))); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if claims["user_name"] != "admin" || !cmp.Equal(claims["authorities"], []any{"ORG_ADMIN"}) ||
		claims["exp"] != float64(noon.Add(12*time.Hour).Unix()) {
		t.Errorf("unexpected claims: %v", claims)
	}
	if len(parts[2]) != 64 {
		t.Errorf("signature has %d bytes, want 64", len(parts[2]))
	}
}

func TestAccessToken_RejectsForgeries(t *testing.T) {
	m := start(t, "empty")
	bearer := strings.TrimPrefix(m.as("jane.doe").authorization, "Bearer ")
	decoded := segments(t, m.as("jane.doe"))
	var claims jwt.MapClaims
	if err := json.Unmarshal([]byte(decoded[1]), &claims); err != nil {
		t.Fatal(err)
	}
	elevated := maps.Clone(claims)
	elevated["authorities"] = []string{"ORG_ADMIN"}
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(method jwt.SigningMethod, key any) string {
		t.Helper()
		signed, err := jwt.NewWithClaims(method, elevated).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	encode := func(v any) string {
		encoded, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(encoded)
	}
	parts := strings.Split(bearer, ".")
	for _, test := range []struct{ name, token string }{
		{"alg none", sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType)},
		{"alg None", encode(map[string]string{"alg": "None"}) + "." + encode(elevated) + "."},
		{"another algorithm, with a guessed key", sign(jwt.SigningMethodHS256, []byte("secret"))},
		{"another algorithm, with an empty key", sign(jwt.SigningMethodHS256, []byte{})},
		{"another algorithm, RS256", sign(jwt.SigningMethodRS256, rsaKey)},
		{"foreign key", sign(jwt.SigningMethodES256, foreign)},
		{"tampered claims", parts[0] + "." + encode(elevated) + "." + parts[2]},
		{"short signature", bearer[:len(bearer)-2]}, // valid Base64
		{"cut signature", bearer[:len(bearer)-1]},   // its last character is not Base64
		{"no signature", parts[0] + "." + parts[1] + "."},
		{"two parts", parts[0] + "." + parts[1]},
		{
			"of another mock",
			strings.TrimPrefix(start(t, "empty").as("admin").authorization, "Bearer "),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &client{tenant: m.forTest(t), authorization: "Bearer " + test.token}
			c.get("/v3/personal-access-tokens").is(http.StatusUnauthorized).hasCauses(cause{
				rule: rule.BearerRequired,
			})
			c.anonymous().send("POST", "/oauth/check_token", urlencode,
				"token="+test.token).rejectedOAuth(http.StatusBadRequest, "invalid_token",
				rule.OAuthCheckToken)
		})
	}
	t.Run("another last character", func(t *testing.T) {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		for _, other := range alphabet {
			token := bearer[:len(bearer)-1] + string(other)
			if token == bearer {
				continue
			}
			if r := (&client{
				tenant: m, authorization: "Bearer " + token,
			}).get("/v3/personal-access-tokens?owner-id=me"); r.status != http.StatusUnauthorized {
				t.Errorf("%c instead of %c: status %d", other, bearer[len(bearer)-1], r.status)
			}
		}
	})
	t.Run("the true one", func(*testing.T) {
		c := &client{tenant: m, authorization: "bearer " + bearer}
		c.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusOK)
	})
}

func TestLogin_TokensAreIndependent(t *testing.T) {
	m := start(t, "empty")
	var all []*client
	for range 5 {
		all = append(all, m.as("jane.doe"))
	}
	seen := map[string]bool{}
	for _, c := range all {
		c.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusOK)
		if seen[c.authorization] {
			t.Error("two logins returned the same access token")
		}
		seen[c.authorization] = true
	}
}
