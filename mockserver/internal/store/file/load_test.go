package file_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
)

// fill sets every field of a value to a non-zero value, so that the test covers all of them.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	if target, ok := v.Addr().Interface().(*time.Time); ok {
		*target = time.Date(2026, 3, 1, 23, 59, 59, 7_000_000, time.UTC)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text with \"quotes\", ä, <>&\u2028\x00")
	case reflect.Int:
		v.SetInt(42)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Map:
		key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key)
		fill(t, element)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, element)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		t.Fatalf("no value for a %s", v.Kind())
	}
}

// fullTenant returns a tenant and a token in which all fields are set.
func fullTenant(t *testing.T) pat.Tenant {
	t.Helper()
	var (
		tenant pat.Tenant
		fields pat.TokenData
	)
	for i := range reflect.TypeFor[pat.Tenant]().NumField() {
		if reflect.TypeFor[pat.Tenant]().Field(i).Name != "Tokens" {
			fill(t, reflect.ValueOf(&tenant).Elem().Field(i))
		}
	}
	fill(t, reflect.ValueOf(&fields).Elem())
	// ids and hashes must be unique
	tenant.Identities[1].ID, tenant.ScopeSets[1].Hash = "another", "another"
	tenant.Tokens = []*pat.Token{pat.NewToken(fields)}
	return tenant
}

func TestReplace_RoundTrip(t *testing.T) {
	moment := time.Date(2026, 12, 31, 23, 59, 59, 999_000_000, time.UTC)
	tests := []struct {
		name   string
		tenant pat.Tenant
	}{
		{"nothing", pat.Tenant{}},
		{"everything", fullTenant(t)},
		{"slices without elements", pat.Tenant{
			UserLevels: map[string][]string{"nil": nil, "empty": {}}, Identities: []pat.Identity{
				{ID: "ann", UserLevels: []string{}},
			},
			APIClients: []pat.APIClient{}, Tokens: []*pat.Token{
				pat.NewToken(pat.TokenData{ID: "a", Scope: []string{}, FormerScope: []string{}}),
			},
		}},
		{"nil slices", pat.Tenant{
			Identities: []pat.Identity{{ID: "ann"}}, APIClients: []pat.APIClient{
				{ID: "x"}, {ID: "y", Scope: []string{}},
			},
			Tokens: []*pat.Token{pat.NewToken(pat.TokenData{ID: "a"})},
		}},
		{"map without elements", pat.Tenant{UserLevels: map[string][]string{}}},
		{
			"milliseconds", pat.Tenant{
				Tokens: []*pat.Token{
					pat.NewToken(pat.TokenData{
						ID: "a", Created: moment, LastUsed: moment.Add(-time.Millisecond),
					}),
				},
			},
		},
		{
			"latest time", pat.Tenant{
				Tokens: []*pat.Token{
					pat.NewToken(pat.TokenData{
						ID:             "a",
						ExpirationDate: time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC),
					}),
				},
			},
		},
		{
			"identities in their order", pat.Tenant{
				Identities: []pat.Identity{{ID: "c"}, {ID: "a"}, {ID: "b"}},
			},
		},
		{
			"tokens oldest first", pat.Tenant{
				Tokens: []*pat.Token{token("c", ann, 1), token("a", ann, 2), token("b", ben, 3)},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, path, s := newStore(t, token("before", ann, 1))
			checkError(t, nil, s.Replace(t.Context(), test.tenant))
			s = openNamespace(t, reopen(t, f, path), "default")
			got := loadTenant(t, s)
			if diff := cmp.Diff(toComparable(test.tenant), toComparable(got)); diff != "" {
				t.Errorf("tenant (-want +got):\n%s", diff)
			}
			// times must have the same zone, too
			for i, token := range got.Tokens {
				if !reflect.DeepEqual(test.tenant.Tokens[i].TokenData, token.TokenData) {
					t.Errorf("token = %#v, want %#v", token.TokenData,
						test.tenant.Tokens[i].TokenData)
				}
			}
			checkTokens(t, test.tenant.Tokens, s)
		})
	}
}

func TestAddIdentity_RoundTrip(t *testing.T) {
	f, path, s := newStore(t)
	checkError(t, nil,
		s.Replace(t.Context(), pat.Tenant{
			Name: "acme", Identities: []pat.Identity{
				{ID: "a", Name: "A"}, {ID: "b", Name: "B"}, {ID: "c", Name: "C"},
			},
		}))
	checkError(t, nil, s.AddIdentity(t.Context(), pat.Identity{ID: "d", Name: "D"}, nil))
	checkError(t, nil, s.SetLogin(t.Context(), "b", "1"))
	checkError(t, nil,
		s.AddIdentity(t.Context(), pat.Identity{ID: "e", Name: "E", Login: "2"},
			token("2", pat.Owner{ID: "e", Name: "E"}, 1)))
	checkError(t, nil, s.SetLogin(t.Context(), "d", "3"))
	checkError(t, nil, s.SetLogin(t.Context(), "d", "4"))
	checkError(t, nil, s.SetLogin(t.Context(), "x", "5"))
	want := pat.Tenant{Name: "acme", Identities: []pat.Identity{
		{ID: "a", Name: "A"},
		{ID: "b", Name: "B", Login: "1"},
		{ID: "c", Name: "C"},
		{ID: "d", Name: "D", Login: "3"},
		{ID: "e", Name: "E", Login: "2"},
	}, Tokens: []*pat.Token{token("2", pat.Owner{ID: "e", Name: "E"}, 1)}}
	got := loadTenant(t, openNamespace(t, reopen(t, f, path), "default"))
	if diff := cmp.Diff(toComparable(want), toComparable(got)); diff != "" {
		t.Errorf("tenant (-want +got):\n%s", diff)
	}
}

// A namespace with users, but without a tenant value, is loaded.
func TestLoad_WithoutTenant(t *testing.T) {
	f, path, _ := newStore(t)
	want := comparableTenant{Tenant: pat.Tenant{Identities: users}}
	if diff := cmp.Diff(want,
		toComparable(loadTenant(t, openNamespace(t, reopen(t, f, path), "default")))); diff != "" {
		t.Errorf("tenant (-want +got):\n%s", diff)
	}
}

func TestLoad_NewNamespace(t *testing.T) {
	path := newPath(t)
	f := open(t, path)
	s := openNamespace(t, f, "default")
	checkError(t, nil, s.PutRecord("clock", []byte("noon")))
	check := func(s *file.Store) {
		t.Helper()
		ok, err := s.Load()
		tenant, _ := s.Snapshot(t.Context())
		if ok || err != nil || !cmp.Equal(pat.Tenant{}, tenant) {
			t.Errorf("loaded %+v, %t, %v, want nothing", tenant, ok, err)
		}
	}
	check(s)
	check(openNamespace(t, reopen(t, f, path), "default"))
}

// The error names the file, the namespace and the value. Memory stays empty.
func TestLoad_RejectsInvalidValues(t *testing.T) {
	valid := `{"id":"b","secret":"","name":"b","scope":[],"owner":{"id":"ann","name":""},` +
		`"accessTokenValiditySeconds":0}`
	tests := []struct {
		name, key, data string
		want            string // part of the error text
	}{
		{"invalid JSON", "tokens/b", "{", "EOF"},
		{"another type", "tokens/b", `{"id":1}`, "number"},
		{"unknown field", "tokens/b", `{"id":"b","colour":"red"}`, "colour"},
		{
			"misspelled field", "tokens/b", `{"id":"b","lastUsd":"2026-01-01T00:00:00Z"}`,
			`"lastUsd" (did you mean "lastUsed"?)`,
		},
		{
			"name taken", "tokens/b", `{"id":"b","name":"a","owner":{"id":"ann"}}`,
			pat.ErrNameTaken.Error(),
		},
		{
			"id taken", "tokens/b", `{"id":"a","name":"b","owner":{"id":"ann"}}`,
			pat.ErrConflict.Error(),
		},
		{
			"date without a zone", "tokens/b", `{"id":"b","created":"2026-01-01T00:00:00"}`,
			"2026-01-01T00:00:00",
		},
		{"identity", "identities/00000007", `[]`, "array"},
		{"tenant", "tenant", `"acme"`, "string"},
		{"invalid JSON of scope sets", "scopeSets", "{", "EOF"},
		{"nothing", "tokens/b", valid, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, path, s := newStore(t, token("a", ann, 1))
			putScopeSets(t, s, scopeSets(0, 1))
			checkError(t, nil, s.PutRaw(test.key, test.data))
			s = openNamespace(t, reopen(t, f, path), "default")
			ok, err := s.Load()
			if test.want == "" {
				checkError(t, nil, err)
				return
			}
			checkContains(t, err, test.want, path)
			location := file.ValueError{Namespace: "default", Key: test.key}
			if diff := cmp.Diff(location, locationOf(err)); diff != "" {
				t.Errorf("location (-want +got):\n%s", diff)
			}
			tenant, _ := s.Snapshot(t.Context())
			if ok || !cmp.Equal(pat.Tenant{}, tenant) {
				t.Errorf("loaded %+v, want nothing on error", tenant)
			}
		})
	}
}
