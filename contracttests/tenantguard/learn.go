package tenantguard

import "net/http"

// learn looks at what a target answered.
func (g *Guard) learn(a *asked, got *answer) {
	switch {
	case !got.succeeded():
	case a.place.kind == login:
		g.tokens.logIn(a.client, got.body)
	case a.place.kind >= collection:
		all, array := found(got.body)
		if array && a.listsOwn() {
			g.record(g.tokens.list(a.session, all)...)
		}
		g.tokens.show(all)
	}
	if a.request.Method != http.MethodDelete || a.place.kind != single {
		return
	}
	if id, gone := g.tokens.gone(a, got); gone {
		g.note(g.config.Ledger.Deleted(g.base.Host, g.config.Run, id))
	}
}

// record writes down what was made.
func (g *Guard) record(made ...Object) {
	for _, o := range made {
		g.note(g.config.Ledger.Made(o.Target, o.Run, o.Name, o.ID, o.Owner))
	}
}

// note keeps the first error of the ledger, after which nothing more is made.
func (g *Guard) note(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.unwritten == nil {
		g.unwritten = err
	}
}
