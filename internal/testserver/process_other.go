//go:build !linux

package testserver

import "syscall"

// killWithParent does nothing where the system has no such feature: a server may outlive a test binary that crashes.
func killWithParent(*syscall.SysProcAttr) {}
