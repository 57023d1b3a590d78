package spec

import "slices"

// LoadWithOverlay returns the effective document of that name with extra errata applied. The result
// is independent of Load, unless no erratum affects the document: then it is the one that Load
// returns. Nil extra errata change nothing.
func LoadWithOverlay(name string, extra *Errata) (*Document, error) {
	if !extra.affects(name) {
		return Load(name)
	}
	source, err := Source(name)
	if err != nil {
		return nil, err
	}
	ours, err := LoadErrata()
	if err != nil {
		return nil, err
	}
	return Parse(name, source, &Errata{
		Contradictions: slices.Concat(ours.Contradictions, extra.Contradictions),
		Undeclared:     slices.Concat(ours.Undeclared, extra.Undeclared),
		Additions:      slices.Concat(ours.Additions, extra.Additions),
	})
}

// affects reports whether an erratum is about a document.
func (e *Errata) affects(document string) bool {
	if e == nil {
		return false
	}
	return slices.ContainsFunc(e.Contradictions,
		func(c Contradiction) bool { return slices.Contains(c.Documents, document) }) ||
		slices.ContainsFunc(e.Undeclared, func(u Undeclared) bool {
			return slices.Contains(u.Documents, document)
		})
}
