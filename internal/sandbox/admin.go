package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// action is one administration endpoint: it reads its input from the request and returns what to answer.
type action func(*http.Request) (any, error)

// administer registers the administration endpoints. They are not calls of the vendor: nothing delays, limits or logs them.
func (s *Server) administer(mux *http.ServeMux) {
	for pattern, do := range map[string]action{
		"GET /_sandbox/credentials":         func(*http.Request) (any, error) { return s.Credentials(), nil },
		"POST /_sandbox/credentials/rotate": func(*http.Request) (any, error) { return s.RotateCredentials() },
		"POST /_sandbox/tokens/expire":      func(*http.Request) (any, error) { s.ExpireTokens(); return nil, nil },
		"GET /_sandbox/faults":              func(*http.Request) (any, error) { return s.Faults(), nil },
		"POST /_sandbox/faults":             s.postFault,
		"DELETE /_sandbox/faults":           func(*http.Request) (any, error) { s.ClearFaults(); return nil, nil },
		"GET /_sandbox/held":                func(*http.Request) (any, error) { return map[string]int{"held": s.Held()}, nil },
		"POST /_sandbox/release":            func(*http.Request) (any, error) { return map[string]int{"released": s.Release()}, nil },
		"GET /_sandbox/settings":            func(*http.Request) (any, error) { return s.Settings(), nil },
		"POST /_sandbox/settings":           s.postSettings,
		"GET /_sandbox/tenant":              func(*http.Request) (any, error) { return map[string]string{"id": s.Tenant()}, nil },
		"POST /_sandbox/tenant":             s.postTenant,
		"GET /_sandbox/clock":               func(*http.Request) (any, error) { return map[string]time.Time{"now": s.Now()}, nil },
		"POST /_sandbox/clock":              s.postClock,
		"GET /_sandbox/calls":               s.getCalls,
		"POST /_sandbox/calls/reset":        func(*http.Request) (any, error) { s.ResetCalls(); return nil, nil },
		"GET /_sandbox/counts":              func(*http.Request) (any, error) { return s.Counts(), nil },
		"GET /_sandbox/rejections":          func(*http.Request) (any, error) { return s.Rejections(), nil },
		"DELETE /_sandbox/rejections":       func(*http.Request) (any, error) { s.ResetRejections(); return nil, nil },
		"GET /_sandbox/dump":                func(*http.Request) (any, error) { return s.Dump(), nil },
		"POST /_sandbox/reset":              func(*http.Request) (any, error) { s.Reset(); return nil, nil },
		"POST /_sandbox/create":             s.postCreate,
		"POST /_sandbox/edit":               s.postEdit,
		"POST /_sandbox/delete":             s.postDelete,
		"POST /_sandbox/reviews/{id}/state": s.postReviewState,
		"POST /_sandbox/reviews/{id}/tasks": s.postReviewTasks,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { answer(w, r, do) })
	}
	mux.HandleFunc("/_sandbox/", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": fmt.Sprintf("no endpoint %s %s", r.Method, r.URL.Path)})
	})
}

func answer(w http.ResponseWriter, r *http.Request, do action) {
	result, err := do(r)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	if result == nil {
		result = struct{}{}
	}
	writeJSON(w, http.StatusOK, result)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client may be gone; nobody reads the answer.
	_, _ = w.Write(body)
}

// readJSON decodes the body into value and refuses names it does not know, so that a misspelt knob is never ignored.
func readJSON(r *http.Request, value any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	return nil
}

func (s *Server) postFault(r *http.Request) (any, error) {
	var fault Fault
	if err := readJSON(r, &fault); err != nil {
		return nil, err
	}
	return nil, s.AddFault(fault)
}

func (s *Server) postSettings(r *http.Request) (any, error) {
	// Decoding over a copy of the settings in force leaves what the body does not name as it is.
	settings := s.Settings()
	if err := readJSON(r, &settings); err != nil {
		return nil, err
	}
	s.Configure(func(current *Settings) { *current = settings })
	return s.Settings(), nil
}

func (s *Server) postTenant(r *http.Request) (any, error) {
	var body struct {
		ID string `json:"id"`
	}
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	s.SwitchTenant(body.ID)
	return map[string]string{"id": s.Tenant()}, nil
}

func (s *Server) postClock(r *http.Request) (any, error) {
	var body struct {
		Advance Duration `json:"advance"`
	}
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	s.Advance(time.Duration(body.Advance))
	return map[string]time.Time{"now": s.Now()}, nil
}

func (s *Server) getCalls(r *http.Request) (any, error) {
	since := int64(0)
	if text := r.URL.Query().Get("since"); text != "" {
		parsed, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("since: %w", err)
		}
		since = parsed
	}
	return s.Calls(since), nil
}

func (s *Server) postCreate(r *http.Request) (any, error) {
	var body struct {
		Kind     string         `json:"kind"`
		ParentID string         `json:"parentID"`
		Object   map[string]any `json:"object"`
	}
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	id, err := s.Create(body.Kind, body.ParentID, body.Object)
	if err != nil {
		return nil, err
	}
	return map[string]string{"id": id}, nil
}

func (s *Server) postEdit(r *http.Request) (any, error) {
	var body struct {
		Target
		Patch map[string]any `json:"patch"`
	}
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	return nil, s.Edit(body.Target, body.Patch)
}

func (s *Server) postDelete(r *http.Request) (any, error) {
	var target Target
	if err := readJSON(r, &target); err != nil {
		return nil, err
	}
	return nil, s.Delete(target)
}

func (s *Server) postReviewState(r *http.Request) (any, error) {
	var body struct {
		State string `json:"state"`
	}
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	return nil, s.SetReviewState(r.PathValue("id"), body.State)
}

func (s *Server) postReviewTasks(r *http.Request) (any, error) {
	var body struct {
		Close   int    `json:"close"`
		Outcome string `json:"outcome"`
	}
	if err := readJSON(r, &body); err != nil {
		return nil, err
	}
	closed, err := s.CloseReviewTasks(r.PathValue("id"), body.Close, body.Outcome)
	if err != nil {
		return nil, err
	}
	return map[string]int{"closed": closed}, nil
}
