// Package contract has the commands that run the contract, and what is known from its runs.
package contract
