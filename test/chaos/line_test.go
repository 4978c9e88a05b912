package chaos

import (
	"io"
	"net"
	"sync"
)

// line carries connections to one address, until it is cut.
type line struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	cut   bool
	calls map[net.Conn]bool
}

func newLine(target string) (*line, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &line{listener: listener, target: target, calls: map[net.Conn]bool{}}
	go l.serve()
	return l, nil
}

func (l *line) address() string { return l.listener.Addr().String() }

func (l *line) serve() {
	for {
		caller, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.carry(caller)
	}
}

func (l *line) carry(caller net.Conn) {
	defer caller.Close() //nolint:errcheck // Nobody is left to tell.
	callee, err := net.Dial("tcp", l.target)
	if err != nil {
		return
	}
	defer callee.Close() //nolint:errcheck // Nobody is left to tell.
	if !l.enter(caller) {
		return
	}
	defer l.leave(caller)
	done := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{caller, callee}, {callee, caller}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			done <- struct{}{}
		}()
	}
	<-done
}

func (l *line) enter(caller net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return false
	}
	l.calls[caller] = true
	return true
}

func (l *line) leave(caller net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.calls, caller)
}

// set cuts the line, with every call on it, or mends it.
func (l *line) set(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	if cut {
		for caller := range l.calls {
			_ = caller.Close()
		}
	}
}

func (l *line) close() error {
	l.set(true)
	return l.listener.Close()
}
