package main

// deleteOne deletes a token. The list no longer contains it.
func deleteOne(r *run) string {
	api := r.as("jane.doe")
	id := r.tenant.token("laptop").ID
	api.remove(id).ok(204)
	equal("names", names(api.list("me", "").ok(200).tokens), []string{"login", "token report"})
	r.tenant.request("delete").is(wire{method: "DELETE", path: r.path + "/" + id, status: 204})
	return ""
}

// deleteAgain deletes a token twice.
func deleteAgain(r *run) string {
	api := r.as("jane.doe")
	id := r.tenant.token("laptop").ID
	api.remove(id).ok(204)
	rejectedWithReason(404, api.remove(id), ".")
	requests := r.tenant.requests("delete", 2, "")
	equal("statuses", []int{requests[0].Status, requests[1].Status}, []int{204, 404})
	return ""
}
