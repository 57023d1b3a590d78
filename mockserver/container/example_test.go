package container_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"time"

	"github.com/testcontainers/testcontainers-go"

	"example.com/patmock/mockserver/container"
	"example.com/patmock/mockserver/control"
)

// The examples need a container engine. TestExamples_PrintOutput runs them with an engine and
// compares their output.

// A faithful mock has the credentials for an SDK.
func ExampleRun() {
	ctx := context.Background()

	mock, err := container.Run(ctx, img, // patmock:latest, unless PATMOCK_IMAGE names another
		container.WithProfile("faithful"),
		container.WithFixture("empty"),
	)
	defer func() {
		if err := testcontainers.TerminateContainer(mock); err != nil {
			log.Printf("failed to terminate container: %s", err)
		}
	}()
	if err != nil {
		log.Printf("failed to start container: %s", err)
		return
	}

	base, err := mock.BaseURL(ctx) // SAIL_BASE_URL
	if err != nil {
		log.Printf("failed to get the base URL: %s", err)
		return
	}
	id, secret, err := mock.Credentials(ctx, "jane.doe") // SAIL_CLIENT_ID, SAIL_CLIENT_SECRET
	if err != nil {
		log.Printf("failed to get credentials: %s", err)
		return
	}
	fmt.Println(base != "", id, len(secret))
	// prints true facefacefacefacefacefacefaceface 64
}

// Any flag of patmock serve can be set by its variable.
func ExampleRun_withEnv() {
	ctx := context.Background()

	mock, err := container.Run(ctx, img, testcontainers.WithEnv(map[string]string{
		"PATMOCK_RATE_LIMIT":    "5/10s",
		"PATMOCK_CONTROL_TOKEN": "a token of your own",
	}))
	defer func() {
		if err := testcontainers.TerminateContainer(mock); err != nil {
			log.Printf("failed to terminate container: %s", err)
		}
	}()
	if err != nil {
		log.Printf("failed to start container: %s", err)
		return
	}

	ctl, err := mock.Control(ctx) // which sends the control token
	if err != nil {
		log.Printf("no control client: %s", err)
		return
	}
	health, err := ctl.Health(ctx)
	fmt.Println(health.Status, health.Profile.RateLimit, err)
	// prints ok 5/10s <nil>
}

// A token expires after an advance of half a year.
func ExampleContainer_Control() {
	ctx := context.Background()

	mock, err := container.Run(ctx, img)
	defer func() {
		if err := testcontainers.TerminateContainer(mock); err != nil {
			log.Printf("failed to terminate container: %s", err)
		}
	}()
	if err != nil {
		log.Printf("failed to start container: %s", err)
		return
	}

	base, err := mock.BaseURL(ctx)
	if err != nil {
		log.Printf("failed to get the base URL: %s", err)
		return
	}
	ctl, err := mock.Control(ctx)
	if err != nil {
		log.Printf("no control client: %s", err)
		return
	}
	build, err := ctl.AddToken(ctx, control.NewToken{
		Owner: "jane.doe", Name: "build", ExpirationDate: "+180d",
	})
	if err != nil {
		log.Printf("failed to add a token: %s", err)
		return
	}
	if _, err := ctl.Advance(ctx, 181*24*time.Hour); err != nil {
		log.Printf("failed to advance the clock: %s", err)
		return
	}
	// or the login of your program
	resp, err := http.PostForm(base+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {build.ClientID}, "client_secret": {
			build.ClientSecret,
		},
	})
	if err != nil {
		log.Printf("failed to log in: %s", err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// prints 401 Unauthorized
}

// Each test has its own tenant in one container.
func ExampleContainer_Namespace() {
	ctx := context.Background()

	mock, err := container.Run(ctx, img)
	defer func() {
		if err := testcontainers.TerminateContainer(mock); err != nil {
			log.Printf("failed to terminate container: %s", err)
		}
	}()
	if err != nil {
		log.Printf("failed to start container: %s", err)
		return
	}

	for _, name := range []string{"create", "rename"} {
		tenant := mock.Namespace(name)
		ctl, err := tenant.Control(ctx)
		if err != nil {
			log.Printf("no control client: %s", err)
			return
		}
		clock, err := ctl.Advance(ctx, time.Hour) // here, and nowhere else
		fmt.Println(name, clock.Offset, err)
	}
	// prints create +1h0m0s <nil>, then rename +1h0m0s <nil>
}
