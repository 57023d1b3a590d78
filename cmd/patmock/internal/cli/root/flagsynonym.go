package root

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/spec/schema"
)

// flagSynonyms are the names that other tools use for flags of patmock. If a command has several
// flags with a synonym, the first one is suggested.
var flagSynonyms = []struct{ flag, names string }{
	{
		"addr",
		"port p listen l bind b host hostname address http listen-addr listen-address http-port " +
			"http-addr",
	},
	{"public-url", "base-url baseurl print-url external-url"},
	{
		"url",
		"port p host hostname addr address server endpoint base-url baseurl mock mock-url target",
	},
	{"target", "url u port p host hostname addr address server endpoint base-url baseurl"},
	{"control-addr", "control-port admin-port admin-addr management-port"},
	{"log-level", "verbose v debug d quiet q silent s trace level verbosity loglevel"},
	{"log-format", "json log-json json-logs"},
	{
		"fixture",
		"config c conf configuration data d file f seed-data initial-data import load fixtures " +
			"tenant-file",
	},
	{"dialect", "overrides behaviour behavior"},
	{"profile", "mode preset strict"},
	{"state", "db database storage store persist persistence data-dir data-file state-file"},
	{"random-seed", "seed rand-seed random"},
	{"rate-limit", "limit rate ratelimit throttle rps"},
	{"cors", "origin origins allow-origin allowed-origins allow-origins cors-origin"},
	{"fallback", "proxy upstream forward passthrough backend"},
	{"control-token", "token admin-token api-key apikey auth secret password"},
	{"memory-budget", "memory max-memory mem memory-limit"},
	{"journal-size", "journal history max-history max-journal max-requests"},
	{"namespace", "n ns workspace"},
	{"report", "json output o out reporter reporters junit html xml markdown format j"},
	{"format", "json output o out j text yaml"},
	{"output", "o out file f to"},
	{"run", "filter grep only match test tests name scenario scenarios k t g id include"},
	{"skip", "exclude ignore not except"},
	{"versions", "version api-version api-versions api"},
	{"version", "versions api-version api"},
	{"parallel", "workers jobs concurrency threads j w"},
	{"fail-on", "strict fail warnings-as-errors fail-fast"},
	{"record", "save save-to recording"},
	{"dry-run", "n dry noop preview plan"},
	{"yes", "y force assume-yes no-confirm"},
	{"user", "username u login owner identity"},
	{"owner", "user username u"},
	{"status", "code s http-status status-code response"},
	{"latency", "delay d sleep wait"},
	{"times", "count n repeat"},
	{"operation", "op path endpoint route"},
	{"rate", "probability percent chance"},
	{"effect", "fault error type"},
	{"allow", "ignore except skip exclude"},
	{"consistency-timeout", "settle wait consistency"},
	{"timeout", "t deadline max-time"},
	{"wait", "timeout t retry"},
	{"all", "a everything"},
	{"frozen", "freeze stop pause"},
	{"env-file", "dotenv"},
	{"tls", "https ssl"},
	{"tls-cert", "cert certificate"},
	{"tls-key", "key"},
	{"tls-ca-out", "ca-out"},
	{"ca", "cacert ca-file ca-cert"},
}

// synonymOf returns the flag of cmd for which name is a synonym, or "".
func synonymOf(cmd *cobra.Command, name string) string {
	for _, s := range flagSynonyms {
		flag := cmd.Flags().Lookup(s.flag)
		if flag == nil || flag.Hidden {
			continue
		}
		for other := range strings.FieldsSeq(s.names) {
			if other == strings.ToLower(name) {
				return s.flag
			}
		}
	}
	return ""
}

// nearSynonymOf returns the flag of cmd that has a synonym similar to name. It ignores short names,
// which resemble too many others.
func nearSynonymOf(cmd *cobra.Command, name string) string {
	const minLength = 6 // letters
	var names []string
	for _, s := range flagSynonyms {
		for other := range strings.FieldsSeq(s.names) {
			if len(other) >= minLength && synonymOf(cmd, other) != "" {
				names = append(names, other)
			}
		}
	}
	if len(name) < minLength {
		return ""
	}
	return synonymOf(cmd, schema.Closest(name, names))
}

// commandSynonyms are the names that other tools use for commands of patmock.
var commandSynonyms = map[string]string{
	"serve":   "start server up listen daemon launch mock",
	"exec":    "run with",
	"version": "ver about",
	"list":    "ls all",
	"rm":      "remove delete del",
	"add":     "create new set",
	"create":  "add new make put",
	"get":     "show cat read print dump export save",
	"show":    "get cat view",
	"put":     "set load import restore upload write",
	"clear":   "reset empty",
	"advance": "forward skip move",
}

// unknownFlagName returns the name of an unknown flag, which may have one letter.
func unknownFlagName(unknown *pflag.NotExistError) string {
	letters := unknown.GetSpecifiedShortnames()
	if letters == "" {
		return unknown.GetSpecifiedName()
	}
	word, _, inline := strings.Cut(letters, "=")
	if len(word) > 1 && !inline && strings.ContainsAny(word[1:2], "0123456789:./") { // -p8080
		return word[:1]
	}
	return word
}
