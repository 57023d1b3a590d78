package report

import "fmt"

// Confirmed counts the selected cases that a tenant has confirmed, in this run or an earlier one.
type Confirmed struct {
	Confirmed   int `json:"confirmed"`
	Unconfirmed int `json:"unconfirmed"`
}

// String returns a text such as "none of 2248 cases".
func (p Confirmed) String() string {
	confirmed := "none"
	if p.Confirmed > 0 {
		confirmed = fmt.Sprint(p.Confirmed)
	}
	return fmt.Sprintf("%s of %s", confirmed, plural(p.Confirmed+p.Unconfirmed, "case"))
}
