package exec

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"slices"
	"strings"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/serve"
	"example.com/patmock/cmd/patmock/internal/intercept"
)

// setup has what a command needs besides the address of the mock: files with certificates, and the
// proxy of --intercept.
type setup struct {
	proxy *intercept.Proxy // nil without --intercept
	trust *trust           // nil without certificates
	// variables are NAME=VALUE entries. javaOptions are options of the Java virtual machine.
	variables, javaOptions []string
}

// prepare starts the proxy and writes the files for the command. The caller must call close.
func (f Flags) prepare(ctx context.Context, m *serve.Mock) (*setup, error) {
	s := &setup{}
	if err := f.fill(ctx, s, m); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// fill does the work of prepare. After an error, s may have parts to close.
func (f Flags) fill(ctx context.Context, s *setup, m *serve.Mock) (err error) {
	var cas []*x509.Certificate
	if f.intercept.enabled {
		var ca *x509.Certificate
		if s.proxy, ca, err = f.intercept.start(ctx, m); err != nil {
			return err
		}
		cas = append(cas, ca)
	}
	cas = append(cas, m.Certificates()...) // of --tls
	if len(cas) == 0 {
		return nil
	}
	inherited := os.Environ()
	if s.trust, err = newTrust(inherited, m.Log, cas...); err != nil {
		return err
	}
	s.variables = slices.Clone(s.trust.variables)
	s.set(cli.Variable("ca"), s.trust.caFile) // for patmock itself
	if s.proxy != nil {
		if err := s.useProxy(variablesOf(inherited), m); err != nil {
			return err
		}
	}
	s.javaOptions = append(s.javaOptions, s.trust.javaOptions...)
	s.set("JAVA_TOOL_OPTIONS", joinOptions(variablesOf(inherited)["JAVA_TOOL_OPTIONS"],
		quoteBlanks(s.javaOptions)...))
	return nil
}

func (s *setup) set(name, value string) { s.variables = append(s.variables, name+"="+value) }

// dir returns the directory to remove at the end, or "" if there is none.
func (s *setup) dir() string {
	if s.trust == nil {
		return ""
	}
	return s.trust.dir
}

// close ends the proxy and removes the files.
func (s *setup) close() error {
	var err error
	if s.proxy != nil {
		err = s.proxy.Close()
	}
	return errors.Join(err, s.trust.remove())
}

// quoteBlanks quotes options with a blank, as JAVA_TOOL_OPTIONS requires.
func quoteBlanks(options []string) []string {
	quoted := slices.Clone(options)
	for i, option := range quoted {
		if strings.ContainsAny(option, " \t") {
			quoted[i] = `"` + option + `"`
		}
	}
	return quoted
}
