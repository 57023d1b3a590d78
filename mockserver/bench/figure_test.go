package main

import "testing"

func TestFigureString(t *testing.T) {
	for _, test := range []struct {
		name string
		of   figure
		want string
	}{
		{"one round", figure{0.01234}, "0.0123"},
		{"odd", figure{3, 1, 200}, "3.00 (1.00 to 200)"},
		{"even", figure{1, 4, 2, 3}, "2.50 (1.00 to 4.00)"},
		{"large", figure{1234567}, "1,234,567"},
		{"thousands", figure{999.7, 1000, 100.4}, "1,000 (100 to 1,000)"},
		{"nothing", figure{0}, "0.00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.of.String(); got != test.want {
				t.Errorf("got %s, expected %s", got, test.want)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	var thousand figure
	for i := range 1000 {
		thousand = append(thousand, float64(i+1))
	}
	for _, test := range []struct {
		name  string
		of    figure
		share float64
		want  float64
	}{
		{"half", thousand, 0.5, 500},
		{"99 of 100", thousand, 0.99, 990},
		{"999 of 1,000", thousand, 0.999, 999},
		{"all", thousand, 1, 1000},
		{"the middle of three", figure{1, 2, 3}, 0.5, 2},
		{"of one", figure{7}, 0.5, 7},
		{"of none", nil, 0.99, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.of.quantile(test.share); got != test.want {
				t.Errorf("got %g, expected %g", got, test.want)
			}
		})
	}
}
