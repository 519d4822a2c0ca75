//go:build !linux

package testserver

import "syscall"

// dieWithParent does nothing where the system cannot: a server may outlive a test binary that crashes.
func dieWithParent(*syscall.SysProcAttr) {}
