package fault_test

import (
	"fmt"
	"net/http"
	"testing"

	"example.com/patmock/mockserver/control"
)

func BenchmarkMatch(b *testing.B) {
	for _, kind := range []struct {
		name string
		rule func(n int) control.Fault
	}{
		{"others", func(n int) control.Fault {
			return control.Fault{Operation: "list", Owner: fmt.Sprint("owner ", n), Status: 429}
		}},
		{"headers", func(n int) control.Fault {
			return control.Fault{Header: map[string]string{"X-Test": fmt.Sprint(n)}, Status: 429}
		}},
		{"used", func(int) control.Fault {
			return control.Fault{Operation: "list", Status: http.StatusTooManyRequests}
		}},
	} {
		for _, n := range []int{1, 10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, n), func(b *testing.B) {
				s := newSet(b)
				for i := range n {
					add(b, s, kind.rule(i))
				}
				r := listRequest()
				for range n + 1 {
					s.Match(r)
				}
				for b.Loop() {
					s.Match(r)
				}
			})
		}
	}
}
