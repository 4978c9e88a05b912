package testenv

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// envtest starts etcd and kube-apiserver in process groups of their own, and cannot be told to let them end with
// the test: an interrupted, killed or timed-out run would leave them behind. Therefore it is given a folder in
// which both names are this binary itself. Started by one of them, the binary has the kernel end it together
// with its parent, and becomes the program that is meant.
const (
	// itself is the ending of the link beside a program's name to the program itself.
	itself = ".real"
	// parent is a link whose text is the process that the programs belong to.
	parent = "parent"
	// collecting is the variable by which Go programs are told how often to collect garbage.
	collecting = "GOGC"
)

// attached makes a folder for envtest whose programs end with this process. The caller removes it.
func attached(assets string) (dir string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this binary: %w", err)
	}
	if dir, err = os.MkdirTemp("", "governance-operator-assets-"); err != nil {
		return "", fmt.Errorf("making a folder for the control plane: %w", err)
	}
	links := map[string]string{parent: strconv.Itoa(os.Getpid())}
	for _, name := range programs {
		links[name], links[name+itself] = self, filepath.Join(assets, name)
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			_ = os.RemoveAll(dir)
			return "", fmt.Errorf("making a folder for the control plane: %w", err)
		}
	}
	return dir, nil
}

// init becomes the program that this binary was started as, if it was started by a name that attached made.
func init() {
	program, err := os.Readlink(os.Args[0] + itself)
	if err != nil {
		return
	}
	fail := func(what string, err error) {
		fmt.Fprintf(os.Stderr, "starting %s: %s: %v\n", program, what, err)
		os.Exit(1)
	}
	runtime.LockOSThread() // The signal belongs to the thread that becomes the program.
	if _, _, code := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0); code != 0 {
		fail("asking to end with the parent", code)
	}
	// A parent that died before that was asked will not die again.
	if id, err := os.Readlink(filepath.Join(filepath.Dir(os.Args[0]), parent)); err != nil || id != strconv.Itoa(os.Getppid()) {
		fail("looking for the parent "+id, err)
	}
	fail("becoming it", syscall.Exec(program, append([]string{program}, os.Args[1:]...), environment()))
}

// environment has the programs collect their garbage half as often as usual, unless somebody says how often: it is a good part of their work.
func environment() []string {
	if _, said := os.LookupEnv(collecting); said {
		return os.Environ()
	}
	return append(os.Environ(), collecting+"=200")
}
