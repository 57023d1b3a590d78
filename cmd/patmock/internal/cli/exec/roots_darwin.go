package exec

import (
	"context"
	"os/exec"
	"time"
)

// addSystemStore adds the roots that an administrator added to the system's keychain. The roots of
// macOS itself are in /etc/ssl/cert.pem as well.
func addSystemStore(c *certificates) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/security", "find-certificate", "-a", "-p",
		"/System/Library/Keychains/SystemRootCertificates.keychain",
		"/Library/Keychains/System.keychain").Output()
	if err != nil {
		c.log.Warn("the command does not get the certificates of the keychain", "error", err)
		return
	}
	c.addPEM(out)
}
