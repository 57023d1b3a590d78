package strictyaml_test

import (
	"testing"

	"example.com/patmock/spec/strictyaml"
)

func TestJSON(t *testing.T) {
	for _, tt := range []struct{ name, yaml, want string }{
		{
			"order as it was written", "z: 1\na: {y: [true, null, 1.5], b: x}\n",
			`{"z":1,"a":{"y":[true,null,1.5],"b":"x"}}`,
		},
		{
			"names that look like something else", "200: a\ntrue: b\nnull: c\n'404': d\n",
			`{"200":"a","true":"b","null":"c","404":"d"}`,
		},
		{
			"dates are texts", "at: 2026-10-05T14:48:00.000Z\nday: 2026-10-05\n",
			`{"at":"2026-10-05T14:48:00.000Z","day":"2026-10-05"}`,
		},
		{"quoted values are texts", "a: '1'\nb: \"true\"\nc: ''\n", `{"a":"1","b":"true","c":""}`},
		{"texts of several lines", "a: >\n  one\n  two\n", `{"a":"one two\n"}`},
		{"aliases", "a: &x {b: 1}\nc: *x\n", `{"a":{"b":1},"c":{"b":1}}`},
		{
			"merge keys", "a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}\n",
			`{"a":{"b":1,"c":2},"d":{"b":3,"c":2}}`,
		},
		{
			"numbers", "a: 0x10\nb: 0o17\nc: 1_000\nd: 0b1\ne: 1e3\nf: -.5\ng: 12:30\nh: yes\n",
			`{"a":16,"b":15,"c":"1_000","d":"0b1","e":1000,"f":-0.5,"g":"12:30","h":"yes"}`,
		},
		{"version of YAML in front, end behind", "%YAML 1.2\n---\na: b\n---\n", `{"a":"b"}`},
		{"JSON", `{"a": [1, {"b": "\u0041"}]}`, `{"a":[1,{"b":"A"}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := strictyaml.JSON([]byte(tt.yaml))
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s, error %v, want %s", got, err, tt.want)
			}
		})
	}
	for name, text := range map[string]string{
		"broken": "a: [", "a second document": "a: b\n---\nc: d\n", "a leading zero": "a: 01440\n",
		"alias of itself": "a: &a [*a]\n", "only a comment": "# later\n",
		"key that is a list": "? [a]\n: b\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := strictyaml.JSON([]byte(text)); err == nil {
				t.Errorf("got %s, want an error", got)
			}
		})
	}
}
