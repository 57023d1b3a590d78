package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"example.com/patmock/contracttests"
	"example.com/patmock/mockserver"
)

// targetFlags say what is judged.
type targetFlags struct {
	target, control string
	mock            bool
}

// open finds out what a target is. Close ends what was started for it.
func (f targetFlags) open(ctx context.Context, env environment) (t contracttests.Target, closing func() error, err error) {
	switch {
	case f.target == "mock" && (f.mock || f.control != ""):
		return t, nil, &usageError{errors.New("--mock and --control are for a target with an address; --target mock is one in process")}
	case f.target == "mock":
		return mockTarget()
	}
	t, err = contracttests.Choice{Address: f.target, Mock: f.mock, Control: f.control, Lookup: env.lookup}.Target(ctx)
	if err != nil {
		return t, nil, &usageError{fmt.Errorf("--target %s: %w", f.target, err)}
	}
	return t, func() error { return nil }, nil
}

// mockTarget is a faithful mock in process.
func mockTarget() (contracttests.Target, func() error, error) {
	profile, err := mockserver.ProfileNamed(mockserver.ProfileFaithful)
	if err != nil {
		return contracttests.Target{}, nil, err
	}
	mock, err := mockserver.New(mockserver.Config{Profile: profile, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return contracttests.Target{}, nil, err
	}
	return contracttests.Target{
		Name: "mock", BaseURL: "http://127.0.0.1", Control: mock.Control(), HTTP: &http.Client{Transport: mock.Transport()},
	}, mock.Close, nil
}
