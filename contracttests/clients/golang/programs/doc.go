// Package programs has the four programs that SailPoint prints for its Go SDK in v2026, and tests
// them and the models that it prints for other SDKs. The programs run against the fixture
// documentation, which has the ids that they name.
//
// They have only the corrections that they need to compile and to send a request:
//
//   - create: none.
//   - delete: none.
//   - list: it calls the API with the owner and the filter that it declares. The published program
//     has this call as a comment, and does not compile because both variables are unused.
//   - patch: its operations are JSON. The published ones have the form {op=replace, path=/name},
//     so that the program prints an error and sends no request.
//
// All are formatted, and have none of the published comments.
package programs
