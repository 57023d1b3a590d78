package report

import (
	"cmp"
	"fmt"
	"strings"
)

// Judged describes the requests that client lint checked.
type Judged struct {
	Requests   int `json:"requests"`
	Namespaces int `json:"namespaces"`
	// OtherNamespaceRequests is the number of requests to namespaces that exceeded the mock's
	// memory.
	OtherNamespaceRequests int `json:"otherNamespaceRequests,omitempty"`
	ClientCount            int `json:"clientCount"`
	// Clients are the clients with the most requests.
	Clients []Client `json:"clients"`
	// OtherClientRequests is the number of requests from clients that exceeded the mock's memory.
	OtherClientRequests int `json:"otherClientRequests,omitempty"`
	// NotJudged counts the other requests, by reason.
	NotJudged []NotJudged `json:"notJudged"`
}

// Client is a client whose requests were judged.
type Client struct {
	// ClientID and Owner are empty if they are unknown to the mock.
	ClientID  string `json:"clientId"`
	Owner     string `json:"owner"`
	UserAgent string `json:"userAgent"`
	Requests  int    `json:"requests"`
}

// NotJudged counts the requests that were not judged for one reason.
type NotJudged struct {
	// Reason is for programs. Text describes it for people.
	Reason   string `json:"reason"`
	Text     string `json:"text"`
	Requests int    `json:"requests"`
}

// String returns a text such as "12 requests of 1 client in 2 namespaces: 12 by jane.doe
// (curl/8.5.0)".
func (j *Judged) String() string {
	text := fmt.Sprintf("%s of %s in %s", plural(j.Requests, "request"),
		withOthers(plural(j.ClientCount, "client"), j.OtherClientRequests),
		withOthers(plural(j.Namespaces, "namespace"), j.OtherNamespaceRequests))
	const maxClients = 5
	var clients []string
	for _, c := range j.Clients[:min(len(j.Clients), maxClients)] {
		clients = append(clients, c.String())
	}
	if more := j.ClientCount - len(clients); more > 0 && len(clients) > 0 {
		clients = append(clients, fmt.Sprintf("%d more", more))
	}
	if len(clients) == 0 {
		return text
	}
	return text + ": " + strings.Join(clients, ", ")
}

// withOthers adds the requests of other clients or namespaces to their number.
func withOthers(text string, requests int) string {
	if requests == 0 {
		return text
	}
	return fmt.Sprintf("%s and others (%s)", text, plural(requests, "request"))
}

// String returns a text such as "12 by jane.doe (curl/8.5.0)".
func (c Client) String() string {
	name, agent := cmp.Or(c.Owner, c.ClientID), c.UserAgent
	if name == "" {
		name, agent = cmp.Or(agent, "an unknown client"), ""
	}
	text := fmt.Sprintf("%d by %s", c.Requests, oneLine(name))
	if agent != "" {
		text += " (" + oneLine(agent) + ")"
	}
	return text
}

// NotJudgedText returns a text such as "2 to the control API, 1 over the rate limit", or "" if
// every request was judged.
func (j *Judged) NotJudgedText() string {
	var parts []string
	for _, n := range j.NotJudged {
		parts = append(parts, fmt.Sprintf("%d %s", n.Requests, oneLine(n.Text)))
	}
	return strings.Join(parts, ", ")
}

// titledLine is a sentence with its title.
type titledLine struct{ title, text string }

// lines returns both texts with their titles, nil if j is nil.
func (j *Judged) lines() []titledLine {
	if j == nil {
		return nil
	}
	lines := []titledLine{{"judged", j.String()}}
	if rest := j.NotJudgedText(); rest != "" {
		total := 0
		for _, n := range j.NotJudged {
			total += n.Requests
		}
		lines = append(lines, titledLine{"not judged", plural(total, "request") + ": " + rest})
	}
	return lines
}
