package pat_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// now is the default time of the tests.
var now = parseTime("2026-03-01T12:00:00Z")

// The users of the tests. Their rights depend on the user level in a test.
var (
	ann = pat.Owner{ID: "ann", Name: "Ann"}
	ben = pat.Owner{ID: "ben", Name: "Ben"}
)

func parseTime(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// formatTime formats a time, or returns "never" for the zero time.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339Nano)
}

// expiringToken returns a token that was created in January, expires in April and was never used.
func expiringToken(id string, owner pat.Owner) pat.TokenData {
	return pat.TokenData{
		ID: id, Secret: "secret of " + id, Name: "name of " + id, Owner: owner, Scope: []string{
			"sp:scopes:all",
		},
		Created: parseTime("2026-01-01T00:00:00Z"), AccessTokenValiditySeconds: 43200,
		ExpirationDate: parseTime("2026-04-01T00:00:00Z"),
	}
}

// neverExpiringToken returns a token that never expires, with the acknowledgment.
func neverExpiringToken(id string, owner pat.Owner) pat.TokenData {
	f := expiringToken(id, owner)
	f.ExpirationDate, f.UserAwareTokenNeverExpires = time.Time{}, true
	return f
}

func managedToken(id string, owner pat.Owner) pat.TokenData {
	f := expiringToken(id, owner)
	f.Managed = true
	return f
}

func newStore(t testing.TB, tokens ...pat.TokenData) *memory.Store {
	t.Helper()
	store, tenant := memory.New(), annAndBen()
	for _, f := range tokens {
		tenant.Tokens = append(tenant.Tokens, pat.NewToken(f))
	}
	if err := store.Replace(t.Context(), tenant); err != nil {
		t.Fatalf("seed: %v", err)
	}
	return store
}

// newService returns a service that names new tokens new-1, new-2 and so on.
func newService(store pat.Store) *pat.Service { return serviceWithIDs(pat.Config{Store: store}) }

// annAndBen returns the tenant of most tests.
func annAndBen() pat.Tenant {
	return pat.Tenant{
		ID: "acme-id", Name: "acme", Pod: "pod",
		Identities: []pat.Identity{
			{ID: "ann", Name: "Ann", UserLevels: []string{"ORG_ADMIN"}}, {
				ID: "ben", Name: "Ben", UserLevels: []string{"USER"},
			},
		},
	}
}

// serviceFor replaces the tenant of the store, but keeps its tokens, and returns a service.
func serviceFor(c pat.Config, tenant pat.Tenant) *pat.Service {
	now, err := c.Store.Snapshot(context.Background())
	if err != nil {
		panic(err)
	}
	tenant.Tokens = now.Tokens
	if err := c.Store.Replace(context.Background(), tenant); err != nil {
		panic(err)
	}
	return serviceWithIDs(c)
}

func serviceWithIDs(c pat.Config) *pat.Service {
	var ids, secrets atomic.Int64
	if c.NewID == nil {
		c.NewID = func() string { return fmt.Sprintf("new-%d", ids.Add(1)) }
		c.NewSecret = func() string { return fmt.Sprintf("secret-%d", secrets.Add(1)) }
	}
	return pat.NewService(c)
}

// admin and user return an administrator and an ordinary user with all scopes.
func admin(o pat.Owner) pat.Caller { return caller(o, "ORG_ADMIN", "sp:scopes:all") }
func user(o pat.Owner) pat.Caller  { return caller(o, "USER", "sp:scopes:all") }

func caller(o pat.Owner, level string, scopes ...string) pat.Caller {
	return pat.Caller{
		ClientID: "client", ID: o.ID, Name: o.Name, UserLevels: []string{level}, Scopes: scopes,
	}
}

func callOf(c pat.Caller, v version.Version) pat.Call {
	return pat.Call{Caller: c, Policy: pat.PolicyFor(v), Now: now}
}

// tokenData returns the content of the current revision of a token.
func tokenData(t testing.TB, store pat.Store, id string) pat.TokenData {
	t.Helper()
	token, err := store.Token(t.Context(), id)
	if err != nil {
		t.Fatalf("token %s: %v", id, err)
	}
	return token.TokenData
}

func ids(tokens []*pat.Token) []string {
	var ids []string
	for _, token := range tokens {
		ids = append(ids, token.ID)
	}
	return ids
}

// A rejection identifies an error by kind, field and rule. The zero value means no error.
type rejection struct {
	Kind        pat.Kind
	Field, Rule string
}

var (
	accepted = rejection{}
	notFound = rejection{pat.NotFound, "path parameter id", "unknown-id"}
)

// Errors of a login.
var (
	badCredentials = rejection{pat.BadCredentials, "", "token-bad-credentials"}
	loginExpired   = rejection{pat.BadCredentials, "", "login-expired"}
	loginDeleted   = rejection{pat.BadCredentials, "", "login-deleted"}
)

// forbidden returns the rejection of a caller.
func forbidden(rule string) rejection {
	return rejection{pat.Forbidden, "header Authorization", rule}
}

func rejectionOf(t testing.TB, err error) rejection {
	t.Helper()
	if err == nil {
		return accepted
	}
	e := ruleError(t, err)
	return rejection{e.Kind, e.Field, string(e.Rule)}
}

// ruleError returns err as a *pat.Error.
func ruleError(t testing.TB, err error) *pat.Error {
	t.Helper()
	var e *pat.Error
	if !errors.As(err, &e) {
		t.Fatalf("error = %T (%v), want *pat.Error", err, err)
	}
	return e
}

func checkRejection(t testing.TB, want rejection, err error) {
	t.Helper()
	if diff := cmp.Diff(want, rejectionOf(t, err)); diff != "" {
		t.Errorf("rejection (-want +got):\n%s\n%v", diff, err)
	}
}

// textsFile has the texts of errors and notes.
const textsFile = "testdata/causes.golden"

// evidence matches the evidence of a rule. The golden texts do not contain it.
var evidence = regexp.MustCompile(`\(rule ([a-z0-9-]+), [a-z]+\)`)

// checkText compares a text with the golden file.
func checkText(t testing.TB, text string) {
	t.Helper()
	golden.Check(t, textsFile, golden.Key(t), evidence.ReplaceAllString(text, "(rule $1)"))
}

// checkErrorText checks a rejection, and compares its text with the golden file.
func checkErrorText(t testing.TB, want rejection, err error) {
	t.Helper()
	checkRejection(t, want, err)
	if want != accepted {
		checkText(t, ruleError(t, err).Error())
	}
}

func checkFields(t testing.TB, want, got pat.TokenData) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
}

// commitWithRetry prepares and commits a write, and repeats both after a conflict. It calls
// onPrepare before each commit.
func commitWithRetry[W interface{ Commit(context.Context) error }](
	ctx context.Context, prepare func() (W, error), onPrepare ...func(W),
) (W, error) {
	for {
		write, err := prepare()
		if err != nil {
			return write, err
		}
		for _, f := range onPrepare {
			f(write)
		}
		if err = write.Commit(ctx); !errors.Is(err, pat.ErrConflict) {
			return write, err
		}
	}
}

func create(ctx context.Context, s *pat.Service, call pat.Call, r pat.CreateRequest,
	onPrepare ...func(*pat.Creation),
) (*pat.Token, error) {
	creation, err := commitWithRetry(ctx,
		func() (*pat.Creation, error) { return s.PrepareCreate(ctx, call, r) }, onPrepare...)
	if err != nil {
		return nil, err
	}
	return creation.Token, nil
}

func patchToken(
	ctx context.Context, s *pat.Service, call pat.Call, id string, operations []pat.PatchOperation,
) (*pat.Token, error) {
	update, err := commitWithRetry(ctx, func() (*pat.Update, error) {
		return s.PreparePatch(ctx, call, id, operations)
	})
	if err != nil {
		return nil, err
	}
	return update.Tokens[0], nil
}

func bulkUpdate(ctx context.Context, s *pat.Service, call pat.Call, ids []string,
	operations []pat.PatchOperation,
) ([]*pat.Token, error) {
	update, err := commitWithRetry(ctx, func() (*pat.Update, error) {
		return s.PrepareBulkUpdate(ctx, call, ids, operations)
	})
	if err != nil {
		return nil, err
	}
	return update.Tokens, nil
}

func deleteToken(ctx context.Context, s *pat.Service, call pat.Call, id string) error {
	_, err := commitWithRetry(ctx, func() (*pat.Deletion, error) {
		return s.PrepareDelete(ctx, call, id)
	})
	return err
}

func login(ctx context.Context, s *pat.Service, id, secret string, now time.Time) error {
	_, err := commitWithRetry(ctx, func() (*pat.Session, error) {
		return s.PrepareLogin(ctx, id, secret, now)
	})
	return err
}
