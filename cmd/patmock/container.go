package main

import (
	"net"
	"os"
	"slices"
)

// The files by which Docker and Podman mark a container.
var containerMarks = []string{"/.dockerenv", "/run/.containerenv"}

// isContainer tells whether a process is what a container runs: its first process, or a child of that, such as an init's
// or a shell's. Programs deeper in a container, such as those of a test run, have their clients beside them.
func isContainer(pid, parent int, exists func(path string) bool) bool {
	return (pid == 1 || parent == 1) && slices.ContainsFunc(containerMarks, exists)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// onLoopback tells whether nothing outside this machine or container reaches an address.
func onLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
