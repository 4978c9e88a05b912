package testenv

import "syscall"

// dieWithParent makes the kernel end a process together with the one that started it.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
