package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/doctor"
)

func TestTheClockOfAServerIsRead(t *testing.T) {
	want := time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", want.Format(http.TimeFormat))
		w.WriteHeader(http.StatusForbidden) // It tells the time to everybody.
	}))
	defer server.Close()
	if got, err := timeOf(t.Context(), server.Client(), server.URL); err != nil || !got.Equal(want) {
		t.Errorf("%s, %v", got, err)
	}
}

func TestAServerWithoutAClockIsAnError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil }))
	defer server.Close()
	if got, err := timeOf(t.Context(), server.Client(), server.URL); err == nil {
		t.Errorf("%s", got)
	}
}

func TestAChecksRemedyStandsBelowIt(t *testing.T) {
	var out strings.Builder
	err := writeChecks(&out, []doctor.Check{{Level: doctor.OK, Area: "manager", Says: "it\x1b[2J leads"}, {Level: doctor.Fail, Area: "webhook", Says: "it is gone", Do: "bring it back"}})
	want := "ok     manager   it [2J leads\nfail   webhook   it is gone\n                 -> bring it back\n"
	if err != nil || out.String() != want {
		t.Errorf("%q, want %q, %v", out.String(), want, err)
	}
}
