package main

import (
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/contracttests/transcript"
	"example.com/patmock/mockserver/dialect"
)

// What a recording changes in a text is no word of the tenant's.
func TestProposeAdoptsNoWordsOfTheRecording(t *testing.T) {
	entry, _ := dialect.Find(dialect.DuplicateName)
	for _, text := range []string{
		strings.Repeat("It is taken, which nobody may do. ", 20),
		"Made on 2026-11-22T12:00:00Z, which is past.",
		"The clock is 3h0m5s from wall time.",
		"The name abcdefgh... is too long.",
	} {
		x := transcript.Exchange{
			Method: http.MethodPost, URL: "https://acme/v3/personal-access-tokens", Status: http.StatusConflict, Header: http.Header{},
			Answered: http.Header{"Content-Type": {"application/json"}}, Reply: `{"detailCode":"409 Conflict","messages":[{"localeOrigin":"DEFAULT","text":"` + text + `"}]}`,
		}
		recorded := transcript.Of(transcript.Case{Scenario: "a/b", Version: "v3", Exchanges: []transcript.Exchange{x}, Answers: map[string]int{entry.ID: 0}}, "https://acme", true)
		r, asked := recorded.Answer(entry.ID)
		if answer, problem := answered(entry, r); !asked || problem != "" || answer.Status != http.StatusConflict || answer.Text != "" {
			t.Errorf("%q is proposed as %+v, %q", text, answer, problem)
		}
	}
}
