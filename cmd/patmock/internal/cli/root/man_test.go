package root

import "testing"

func TestRoffText_Escapes(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"plain", "Adds users", "Adds users"},
		{"flag", "--format text", `\-\-format text`},
		{"continued line", "add \\\n  --status 429", "add \\e\n  \\-\\-status 429"},
		{"request at the start of a line", "see\n.env\n'quoted'", "see\n\\&.env\n\\&'quoted'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := roffText(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
