package mutants

import (
	"net/http"
	"slices"
	"strings"
)

// deletions change the rules about deleted tokens.
var deletions = []Mutant{
	{
		"expired-token-not-deleted", "expired-token-stays", "An expired token cannot be deleted.",
		killedBy("lifecycle/expired-token-stays-listed"),
		respondIf(on(remove), notFound, func(x *exchange) bool {
			return x.hasExpired(x.findToken(x.id))
		}),
	},
	{
		"delete-is-soft", "delete-is-final", "A deleted token stays listed.",
		killedBy("delete/is-gone-from-every-list", "crossversion/deleted-in-one-gone-from-all"),
		stateful(on(remove, list), func(deleted map[string]object, x *exchange) *response {
			if x.op == remove {
				token := x.findToken(x.id)
				resp := x.forward()
				if resp.ok() {
					deleted[x.id] = token
				}
				return resp
			}
			resp := x.forward()
			resp.changeList(func(tokens []object) []object {
				for _, token := range deleted {
					if tokenOwner(token) == callerName(x) {
						tokens = append(tokens, token)
					}
				}
				return tokens
			})
			return resp
		}),
	},
	{
		"delete-does-nothing", "delete-is-final", "Delete returns 204 and keeps the token.",
		killedBy("delete/is-gone-from-every-list", "create/name-is-free-after-delete"),
		wrap(on(remove), func(x *exchange) *response {
			if token := x.findToken(x.id); token != nil && tokenOwner(token) == callerName(x) {
				return newResponse(http.StatusNoContent, nil)
			}
			return x.forward()
		}),
	},
	{
		"delete-again-is-204", "delete-is-final", "Deleting a deleted token is 204.",
		killedBy("crossversion/deleted-in-one-gone-from-all", "delete/twice-is-404"),
		stateful(on(remove), func(deleted map[string]bool, x *exchange) *response {
			resp := x.forward()
			if resp.ok() {
				deleted[x.id] = true
			}
			if resp.status == 404 && deleted[x.id] {
				return newResponse(http.StatusNoContent, nil)
			}
			return resp
		}),
	},
	{
		"deleted-token-is-patched", "delete-is-final", "Patching a deleted token is 200.",
		killedBy("delete/twice-is-404"),
		stateful(on(remove, patch), func(deleted map[string]object, x *exchange) *response {
			token := x.findToken(x.id)
			resp := x.forward()
			if x.op == remove && resp.ok() {
				deleted[x.id] = token
			}
			if x.op == patch && resp.status == 404 && deleted[x.id] != nil {
				return newResponse(http.StatusOK, deleted[x.id])
			}
			return resp
		}),
	},
	{
		"delete-of-unknown-is-204", "unknown-id", "Deleting an unknown id is 204.",
		killedBy("delete/unknown-id-is-404", "delete/name-is-no-id"),
		mutateResponse(on(remove), func(resp *response) {
			if resp.status == 404 {
				*resp = *newResponse(http.StatusNoContent, nil)
			}
		}),
	},
	{
		"delete-of-odd-id-is-400", "unknown-id", "Deleting an id of another format is 400.",
		killedBy("delete/malformed-id-is-404", "patch/malformed-id-is-404"),
		rejectIf(on(remove, patch), func(x *exchange) bool { return len(x.id) != 32 }),
	},
}

// bulkIDs returns the ids of a bulk update.
func (x *exchange) bulkIDs() []string {
	return decode[struct{ IDs []string }](x.body).IDs
}

// bulkOperations returns the operations of a bulk update.
func (x *exchange) bulkOperations() []object {
	return decode[struct{ Patch []object }](x.body).Patch
}

// bulkTokens returns the tokens of a bulk update.
func (x *exchange) bulkTokens() []object {
	return slices.DeleteFunc(x.listTokens(), func(token object) bool {
		return !slices.Contains(x.bulkIDs(), text(token, "id"))
	})
}

func sortByID(tokens []object) {
	slices.SortFunc(tokens, func(a, b object) int {
		return strings.Compare(text(a, "id"), text(b, "id"))
	})
}

// mutateBulkIDs changes the ids of a bulk update.
func mutateBulkIDs(change func([]string) []string) middleware {
	return mutateBody(on(bulk), func(o object) {
		var ids []string
		values, _ := o["ids"].([]any)
		for _, value := range values {
			id, _ := value.(string)
			ids = append(ids, id)
		}
		o["ids"] = change(ids)
	})
}

// bulks change the bulk update.
var bulks = []Mutant{
	{
		"bulk-shows-acknowledgment", "bulk-flag",
		"A bulk update returns userAwareTokenNeverExpires.",
		killedBy("bulk/question-acknowledgment"),
		mutateResponse(on(bulk), addProperty("userAwareTokenNeverExpires", false)),
	},
	{
		"bulk-unsorted", "bulk-update", "A bulk update returns tokens in reverse order.",
		killedBy("bulk/changes-tokens-of-any-owner", "bulk/sorted-by-id"),
		mutateResponse(on(bulk), func(resp *response) {
			resp.changeList(func(tokens []object) []object {
				slices.Reverse(tokens)
				return tokens
			})
		}),
	},
	{
		"bulk-half-applied", "bulk-update",
		"A bulk update changes the tokens one by one until one fails.",
		killedBy("bulk/one-token-rejects", "bulk/unknown-id"),
		wrap(on(bulk), func(x *exchange) *response {
			ids, o := x.bulkIDs(), x.object()
			if len(ids) < 2 {
				return x.forward()
			}
			tokens := []object{}
			for _, id := range ids {
				o["ids"] = []string{id}
				resp := x.withBody(o).forward()
				if !resp.ok() {
					return resp
				}
				tokens = append(tokens, resp.array()...)
			}
			sortByID(tokens)
			return newResponse(http.StatusOK, tokens)
		}),
	},
	{
		"bulk-unknown-id-skipped", "bulk-update-known-ids", "A bulk update skips unknown ids.",
		killedBy("bulk/unknown-id", "bulk/an-empty-id"),
		wrap(on(bulk), func(x *exchange) *response {
			resp, o := x.forward(), x.object()
			if resp.status != 400 || o == nil {
				return resp
			}
			o["ids"] = slices.DeleteFunc(x.bulkIDs(), func(id string) bool {
				return x.findToken(id) == nil
			})
			return x.withBody(o).forward()
		}),
	},
	{
		"bulk-of-26-taken", "bulk-update-ids",
		"A bulk update accepts more than 25 ids and applies the first 25.",
		killedBy("bulk/26-ids"), mutateBulkIDs(func(ids []string) []string {
			return ids[:min(25, len(ids))]
		}),
	},
	{
		"bulk-of-two-rejected", "bulk-update", "A bulk update accepts one id only.",
		killedBy("bulk/never-expires", "bulk/changes-tokens-of-any-owner"),
		rejectIf(on(bulk), func(x *exchange) bool { return len(x.bulkIDs()) > 1 }),
	},
	{
		"bulk-same-id-taken", "bulk-update-ids", "A bulk update accepts duplicate ids.",
		killedBy("bulk/an-id-twice"), mutateBulkIDs(func(ids []string) []string {
			slices.Sort(ids)
			return slices.Compact(ids)
		}),
	},
	{
		"bulk-of-none-taken", "bulk-update-ids", "A bulk update without ids is accepted.",
		killedBy("bulk/no-ids"), wrap(on(bulk), func(x *exchange) *response {
			if o := x.object(); o != nil && len(x.bulkIDs()) == 0 {
				return newResponse(http.StatusOK, []any{})
			}
			return x.forward()
		}),
	},
	{
		"bulk-name-taken", "bulk-update-fields",
		"A bulk update accepts operations on other fields.",
		killedBy("bulk/name", "bulk/scope"), wrap(on(bulk), func(x *exchange) *response {
			resp := x.forward()
			foreign := func(op object) bool { return touches([]object{op}, "/name", "/scope") }
			if resp.status == 400 && slices.ContainsFunc(x.bulkOperations(), foreign) {
				return newResponse(http.StatusOK, []any{})
			}
			return resp
		}),
	},
	{
		"bulk-changes-nothing", "bulk-update",
		"A bulk update returns the tokens as they were before.",
		killedBy("bulk/changes-tokens-of-any-owner", "bulk/never-expires"),
		wrap(on(bulk), func(x *exchange) *response {
			previous := x.bulkTokens()
			resp := x.forward()
			if resp.ok() {
				resp.setBody(previous)
			}
			return resp
		}),
	},
	{
		"bulk-never-without-acknowledgement", "patch-never",
		"A bulk update removes dates without the acknowledgement.",
		killedBy("bulk/no-date-without-acknowledgement"), mutateBody(on(bulk), func(o object) {
			operations, _ := o["patch"].([]any)
			if len(operations) != 1 {
				return
			}
			if op, ok := operations[0].(object); ok && removesDate(op) {
				o["patch"] = append(operations,
					replaceOperation("/userAwareTokenNeverExpires", true))
			}
		}),
	},
	{
		"bulk-by-anybody", "bulk-rights", "Any user makes a bulk update.",
		killedBy("bulk/needs-the-right", "bulk/scopes"), relogin(on(bulk), adminName),
	},
	{
		"bulk-by-manage-mine", "bulk-rights",
		"The scope to manage the caller's tokens permits the bulk update.", killedBy("bulk/scopes"),
		switchUserIfScoped(on(bulk), manageMine, adminName),
	},
	{
		"bulk-by-post-rejected", "bulk-update", "A bulk update by POST is 405.",
		killedBy("bulk/by-post", "bulk/all-or-none"), wrap(on(bulk), func(x *exchange) *response {
			if x.r.Method == http.MethodPost {
				resp := newError(http.StatusMethodNotAllowed, "Method Not Allowed")
				resp.header.Set("Allow", http.MethodPatch)
				return resp
			}
			return x.forward()
		}),
	},
}
