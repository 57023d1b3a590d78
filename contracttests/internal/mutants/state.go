package mutants

import (
	"net/http"
	"slices"
	"strings"
)

// deletions are mutants of what becomes of a deleted token.
var deletions = []Mutant{
	{
		"expired-token-not-deleted", "expired-token-stays", "An expired token is not deleted.",
		by("lifecycle/expired-token-stays-listed"),
		insteadIf(on(remove), missing, func(x *exchange) bool { return x.expired(x.token(x.id)) }),
	},
	{
		"delete-is-soft", "delete-is-final", "A deleted token stays listed.",
		by("delete/is-gone-from-every-list", "crossversion/deleted-in-one-gone-from-all"),
		stateful(on(remove, list), func(deleted map[string]object, x *exchange) *answer {
			if x.op == remove {
				token := x.token(x.id)
				a := x.forward()
				if a.ok() {
					deleted[x.id] = token
				}
				return a
			}
			a := x.forward()
			a.items(func(tokens []object) []object {
				for _, token := range deleted {
					if owner(token) == self(x) {
						tokens = append(tokens, token)
					}
				}
				return tokens
			})
			return a
		}),
	},
	{
		"delete-does-nothing", "delete-is-final", "Delete answers 204 and leaves the token.",
		by("delete/is-gone-from-every-list", "create/name-is-free-after-delete"),
		around(on(remove), func(x *exchange) *answer {
			if token := x.token(x.id); token != nil && owner(token) == self(x) {
				return reply(http.StatusNoContent, nil)
			}
			return x.forward()
		}),
	},
	{
		"delete-again-is-204", "delete-is-final", "A token is deleted a second time.",
		by("crossversion/deleted-in-one-gone-from-all", "delete/twice-is-404"),
		stateful(on(remove), func(deleted map[string]bool, x *exchange) *answer {
			a := x.forward()
			if a.ok() {
				deleted[x.id] = true
			}
			if a.status == 404 && deleted[x.id] {
				return reply(http.StatusNoContent, nil)
			}
			return a
		}),
	},
	{
		"deleted-token-is-patched", "delete-is-final", "A deleted token is patched.",
		by("delete/twice-is-404"),
		stateful(on(remove, patch), func(deleted map[string]object, x *exchange) *answer {
			token := x.token(x.id)
			a := x.forward()
			if x.op == remove && a.ok() {
				deleted[x.id] = token
			}
			if x.op == patch && a.status == 404 && deleted[x.id] != nil {
				return reply(http.StatusOK, deleted[x.id])
			}
			return a
		}),
	},
	{
		"delete-of-unknown-is-204", "unknown-id", "Deleting an unknown id is 204.",
		by("delete/unknown-id-is-404", "delete/name-is-no-id"),
		mutateResponse(on(remove), func(a *answer) {
			if a.status == 404 {
				*a = *reply(http.StatusNoContent, nil)
			}
		}),
	},
	{
		"delete-of-odd-id-is-400", "unknown-id", "Deleting an id of another form is 400.",
		by("delete/malformed-id-is-404", "patch/malformed-id-is-404"),
		rejectIf(on(remove, patch), func(x *exchange) bool { return len(x.id) != 32 }),
	},
}

// ids are those of a bulk update.
func (x *exchange) ids() []string {
	return decoded[struct{ IDs []string }](x.body).IDs
}

// steps are the operations of a bulk update.
func (x *exchange) steps() []object {
	return decoded[struct{ Patch []object }](x.body).Patch
}

// named are the tokens that a bulk update names.
func (x *exchange) named() []object {
	return slices.DeleteFunc(x.tokens(), func(token object) bool {
		return !slices.Contains(x.ids(), text(token, "id"))
	})
}

func sortByID(tokens []object) {
	slices.SortFunc(tokens, func(a, b object) int {
		return strings.Compare(text(a, "id"), text(b, "id"))
	})
}

// changeIDs changes the ids of a bulk update.
func changeIDs(change func([]string) []string) wrap {
	return body(on(bulk), func(o object) {
		var ids []string
		values, _ := o["ids"].([]any)
		for _, value := range values {
			id, _ := value.(string)
			ids = append(ids, id)
		}
		o["ids"] = change(ids)
	})
}

// bulks are mutants of the bulk update.
var bulks = []Mutant{
	{
		"bulk-shows-acknowledgment", "bulk-flag", "A bulk update shows userAwareTokenNeverExpires.",
		by("bulk/question-acknowledgment"),
		mutateResponse(on(bulk), add("userAwareTokenNeverExpires", false)),
	},
	{
		"bulk-unsorted", "bulk-update", "A bulk update answers in the other order.",
		by("bulk/changes-tokens-of-any-owner", "bulk/sorted-by-id"),
		mutateResponse(on(bulk), func(a *answer) {
			a.items(func(tokens []object) []object { slices.Reverse(tokens); return tokens })
		}),
	},
	{
		"bulk-half-applied", "bulk-update",
		"A bulk update changes the tokens one by one until one fails.",
		by("bulk/one-token-rejects", "bulk/unknown-id"),
		around(on(bulk), func(x *exchange) *answer {
			ids, o := x.ids(), x.object()
			if len(ids) < 2 {
				return x.forward()
			}
			tokens := []object{}
			for _, id := range ids {
				o["ids"] = []string{id}
				a := x.with(o).forward()
				if !a.ok() {
					return a
				}
				tokens = append(tokens, a.array()...)
			}
			sortByID(tokens)
			return reply(http.StatusOK, tokens)
		}),
	},
	{
		"bulk-unknown-id-skipped", "bulk-update-known-ids", "A bulk update leaves out unknown ids.",
		by("bulk/unknown-id", "bulk/an-empty-id"), around(on(bulk), func(x *exchange) *answer {
			a, o := x.forward(), x.object()
			if a.status != 400 || o == nil {
				return a
			}
			o["ids"] = slices.DeleteFunc(x.ids(), func(id string) bool {
				return x.token(id) == nil
			})
			return x.with(o).forward()
		}),
	},
	{
		"bulk-of-26-taken", "bulk-update-ids", "A bulk update takes the first 25 of more ids.",
		by("bulk/26-ids"), changeIDs(func(ids []string) []string {
			return ids[:min(25, len(ids))]
		}),
	},
	{
		"bulk-of-two-rejected", "bulk-update", "A bulk update takes one id.",
		by("bulk/never-expires", "bulk/changes-tokens-of-any-owner"),
		rejectIf(on(bulk), func(x *exchange) bool { return len(x.ids()) > 1 }),
	},
	{
		"bulk-same-id-taken", "bulk-update-ids", "A bulk update takes an id twice.",
		by("bulk/an-id-twice"), changeIDs(func(ids []string) []string {
			slices.Sort(ids)
			return slices.Compact(ids)
		}),
	},
	{
		"bulk-of-none-taken", "bulk-update-ids", "A bulk update without ids is taken.",
		by("bulk/no-ids"), around(on(bulk), func(x *exchange) *answer {
			if o := x.object(); o != nil && len(x.ids()) == 0 {
				return reply(http.StatusOK, []any{})
			}
			return x.forward()
		}),
	},
	{
		"bulk-name-taken", "bulk-update-fields", "A bulk update takes operations on other fields.",
		by("bulk/name", "bulk/scope"), around(on(bulk), func(x *exchange) *answer {
			a := x.forward()
			foreign := func(op object) bool { return touches([]object{op}, "/name", "/scope") }
			if a.status == 400 && slices.ContainsFunc(x.steps(), foreign) {
				return reply(http.StatusOK, []any{})
			}
			return a
		}),
	},
	{
		"bulk-changes-nothing", "bulk-update", "A bulk update answers the tokens as they were.",
		by("bulk/changes-tokens-of-any-owner", "bulk/never-expires"),
		around(on(bulk), func(x *exchange) *answer {
			former := x.named()
			a := x.forward()
			if a.ok() {
				a.put(former)
			}
			return a
		}),
	},
	{
		"bulk-never-without-acknowledgement", "patch-never",
		"A bulk update removes dates without the acknowledgement.",
		by("bulk/no-date-without-acknowledgement"), body(on(bulk), func(o object) {
			operations, _ := o["patch"].([]any)
			if len(operations) != 1 {
				return
			}
			if op, ok := operations[0].(object); ok && removesDate(op) {
				o["patch"] = append(operations, replacing("/userAwareTokenNeverExpires", true))
			}
		}),
	},
	{
		"bulk-by-anybody", "bulk-rights", "Anybody makes a bulk update.",
		by("bulk/needs-the-right", "bulk/scopes"), relogin(on(bulk), administrator),
	},
	{
		"bulk-by-manage-mine", "bulk-rights",
		"The scope to manage one's own tokens opens the bulk update.", by("bulk/scopes"),
		scoped(on(bulk), manageMine, administrator),
	},
	{
		"bulk-by-post-rejected", "bulk-update", "A bulk update by POST is 405.",
		by("bulk/by-post", "bulk/all-or-none"), around(on(bulk), func(x *exchange) *answer {
			if x.r.Method == http.MethodPost {
				a := refuse(http.StatusMethodNotAllowed, "Method Not Allowed")
				a.header.Set("Allow", http.MethodPatch)
				return a
			}
			return x.forward()
		}),
	},
}
