package testserver

import "syscall"

// killWithParent has the kernel kill the process when its parent dies.
func killWithParent(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
