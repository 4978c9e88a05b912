package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxBody bounds what a request may send.
const maxBody = 8 << 20

// serve wraps a route in everything that can happen to a call on its way in and out.
func (s *Server) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		// The body is read first because the server notices a client that goes away only after that.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "reading the body: "+err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		now := s.clock.now()
		call := s.log.begin(Call{
			Time: now, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Route: route.Pattern, Class: route.Class,
			Tenant: s.Tenant(), Early: s.limiter.early(now),
		}, body)
		status, fault := s.pass(route, w, r)
		s.log.end(call, status, fault, time.Since(began))
	})
}

// pass takes a call through pace and faults, and returns the status sent (zero for none) and the fault that was applied.
func (s *Server) pass(route Route, w http.ResponseWriter, r *http.Request) (status int, fault string) {
	settings := s.Settings()
	if !s.wait(r, time.Duration(settings.Latency)) {
		return 0, ""
	}
	if after, ok := s.limiter.take(s.clock.now(), settings.RateLimitPerSecond, settings.RateBurst); !ok {
		return s.refuse(route, w, Fault{Status: http.StatusTooManyRequests, RetryAfterSeconds: after}), "rateLimit"
	}
	verdict := s.faults.decide(r.Method, r.URL.Path, route.Class, s.random.float)
	if verdict.expireTokens {
		s.vendor.Access().ExpireTokens()
	}
	if !s.wait(r, verdict.delay) {
		return 0, string(FaultLatency)
	}
	if verdict.final == nil {
		return s.send(w, s.handle(route, r)), ""
	}
	return s.fail(route, w, r, *verdict.final), string(verdict.final.Kind)
}

// fail carries out a call that a fault was chosen for.
func (s *Server) fail(route Route, w http.ResponseWriter, r *http.Request, fault Fault) int {
	switch fault.Kind {
	case FaultStatusAfter:
		s.handle(route, r)
		return s.refuse(route, w, fault)
	case FaultResetBefore:
		return drop(w)
	case FaultResetAfter:
		s.handle(route, r)
		return drop(w)
	case FaultHold:
		response := s.handle(route, r)
		if !s.faults.hold(r.Context().Done(), s.closing) {
			return drop(w)
		}
		return s.send(w, response)
	case FaultHoldBefore:
		if !s.faults.hold(r.Context().Done(), s.closing) {
			return drop(w)
		}
		return s.send(w, s.handle(route, r))
	default:
		return s.refuse(route, w, fault)
	}
}

func (s *Server) handle(route Route, r *http.Request) Response {
	response := s.normalised(route.Handle(r))
	if response.Rejection != "" {
		s.log.reject(Rejection{
			Time: s.clock.now(), Tenant: s.Tenant(), Method: r.Method, Path: r.URL.Path, Route: route.Pattern, Message: response.Rejection,
		})
	}
	return response
}

// refuse answers with the vendor's error body, or with the fault's own.
func (s *Server) refuse(route Route, w http.ResponseWriter, fault Fault) int {
	header := http.Header{}
	if fault.RetryAfterSeconds > 0 {
		header.Set("Retry-After", strconv.Itoa(fault.RetryAfterSeconds))
		s.limiter.askQuiet(s.clock.now(), fault.RetryAfterSeconds)
	}
	if fault.Body != "" {
		s.stamp(w, header)
		w.WriteHeader(fault.Status)
		// The client may be gone; nobody reads the answer.
		_, _ = io.WriteString(w, fault.Body)
		return fault.Status
	}
	message := fmt.Sprintf("the sandbox answers %d", fault.Status)
	return s.send(w, Response{Status: fault.Status, Header: header, Body: s.vendor.Problem(route.Class, fault.Status, message)})
}

func (s *Server) send(w http.ResponseWriter, response Response) int {
	body, err := json.Marshal(response.Body)
	if err != nil {
		http.Error(w, "marshalling the response: "+err.Error(), http.StatusInternalServerError)
		return http.StatusInternalServerError
	}
	s.stamp(w, response.Header)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(response.Status)
	// The client may be gone; nobody reads the answer.
	_, _ = w.Write(body)
	return response.Status
}

// stamp dates the response by the sandbox's clock: a Date header is how a client learns the vendor's time.
func (s *Server) stamp(w http.ResponseWriter, header http.Header) {
	for name, values := range header {
		w.Header()[name] = values
	}
	w.Header().Set("Date", s.clock.now().Format(http.TimeFormat))
}

// wait sleeps in real time and reports whether the call should go on.
func (s *Server) wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	case <-s.closing:
		return false
	}
}

// drop closes the connection without a byte of an answer, as a crash does.
func drop(w http.ResponseWriter) int {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return 0
	}
	connection, _, err := hijacker.Hijack()
	if err != nil {
		return 0
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		// Zero linger sends a reset instead of an orderly end, so that the client cannot mistake it for an empty answer.
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
	return 0
}
