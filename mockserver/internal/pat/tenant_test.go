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

// now is when every test takes place that does not name another moment.
var now = parseTime("2026-03-01T12:00:00Z")

// The people of the tests. What they may do depends on the user level that a test gives them.
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

// formatTime is a moment as the tests write it, "never" for none.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.RFC3339Nano)
}

// expiringToken are the fields of a token that was made in January, lives until April and was never
// used.
func expiringToken(id string, owner pat.Owner) pat.TokenData {
	return pat.TokenData{
		ID: id, Secret: "secret of " + id, Name: "name of " + id, Owner: owner, Scope: []string{
			"sp:scopes:all",
		},
		Created: parseTime("2026-01-01T00:00:00Z"), AccessTokenValiditySeconds: 43200,
		ExpirationDate: parseTime("2026-04-01T00:00:00Z"),
	}
}

// neverExpiringToken are the fields of a token that never expires, as somebody acknowledged.
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

// newService numbers the tokens that it makes new-1, new-2 and so on.
func newService(store pat.Store) *pat.Service { return serviceWithIDs(pat.Config{Store: store}) }

// annAndBen are in most tenants.
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

// serviceFor is a service on a store whose tokens become those of the tenant.
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

// admin and user speak for an administrator and for anybody else, without a limit to scopes.
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

// tokenData are the fields of the current revision of a token.
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

// A rejection is what a program can tell from an error: kind, place and rule of its only cause.
// The zero value stands for no error.
type rejection struct {
	Kind        pat.Kind
	Field, Rule string
}

var (
	accepted = rejection{}
	notFound = rejection{pat.NotFound, "path parameter id", "unknown-id"}
)

// badCredentials and the others are the errors of a login.
var (
	badCredentials = rejection{pat.BadCredentials, "", "token-bad-credentials"}
	loginExpired   = rejection{pat.BadCredentials, "", "login-expired"}
	loginDeleted   = rejection{pat.BadCredentials, "", "login-deleted"}
)

// forbidden is the refusal of a caller, whatever the token.
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

// ruleError returns the error of a rule.
func ruleError(t testing.TB, err error) *pat.Error {
	t.Helper()
	var e *pat.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v), want *pat.Error", err, err)
	}
	return e
}

func checkRejection(t testing.TB, want rejection, err error) {
	t.Helper()
	if diff := cmp.Diff(want, rejectionOf(t, err)); diff != "" {
		t.Errorf("refusal (-want +got):\n%s\n%v", diff, err)
	}
}

// textsFile has the wording of refusals and notes.
const textsFile = "testdata/causes.golden"

// evidence is that of a rule, which changes without the wording.
var evidence = regexp.MustCompile(`\(rule ([a-z0-9-]+), [a-z]+\)`)

// checkText compares a text with that of the golden file.
func checkText(t testing.TB, text string) {
	t.Helper()
	golden.Check(t, textsFile, golden.Key(t), evidence.ReplaceAllString(text, "(rule $1)"))
}

// checkErrorText expects a refusal. The golden file has its text.
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

// commitWithRetry prepares a write and commits it, again after each lost race. Prepared is called
// before each commit.
func commitWithRetry[W interface{ Commit(context.Context) error }](ctx context.Context,
	prepare func() (W, error), onPrepare ...func(W),
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

func patchToken(ctx context.Context, s *pat.Service, call pat.Call, id string,
	operations []pat.PatchOperation,
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
