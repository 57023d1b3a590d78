package main

import "testing"

// Every operation works with the least of what there may be, again and again.
func TestCurves(t *testing.T) {
	for _, f := range everything {
		for _, c := range f.curves {
			t.Run(f.number+"/"+c.operation, func(t *testing.T) {
				prepared, err := c.prepare(t.Context(), f.sizes[0])
				if err != nil {
					t.Fatal(err)
				}
				defer prepared.end()
				for n := range 3 {
					if err := prepared.run(n); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}
