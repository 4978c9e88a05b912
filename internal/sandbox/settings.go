package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// Duration is a time.Duration that reads and writes JSON as Go writes durations, for example "1.5s".
type Duration time.Duration

// MarshalJSON writes the duration as text.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// UnmarshalJSON reads a duration written as text.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration is text such as \"50ms\": %w", err)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return err
	}
	*d = Duration(parsed)
	return nil
}

// Settings are the knobs that hold until changed, for every tenant.
type Settings struct {
	// Latency is added to each call, in real time.
	Latency Duration `json:"latency"`
	// ListLag is how far lists and searches of managed kinds and tasks are behind. Reads by id are never behind.
	ListLag Duration `json:"listLag"`
	// OwnerLag is how long after a write reads of owners still show who they were before; lists and reads of the rest do not wait.
	OwnerLag Duration `json:"ownerLag"`
	// RateLimitPerSecond refuses calls above it with 429; zero means no limit. RateBurst is how many may come at once.
	RateLimitPerSecond float64 `json:"rateLimitPerSecond"`
	RateBurst          int     `json:"rateBurst"`
	// TokenTTL is how long new tokens live, in whole seconds.
	TokenTTL Duration `json:"tokenTTL"`
	// SoftDelete keeps deleted objects readable, with a date or a state that says so. Without it they answer 404.
	SoftDelete bool `json:"softDelete"`
	// ListDeleted shows soft-deleted objects in plain lists too. Searches never show them unless asked.
	ListDeleted bool `json:"listDeleted"`
	// Features are the tenant's optional features by name, for example eSignature.
	Features map[string]bool `json:"features"`
	// CampaignPace is how long a review stays in each passing state; zero means that only SetReviewState moves it.
	CampaignPace Duration `json:"campaignPace"`
	// TasksPerItem is how many tasks a review that opens gets for each entitlement attached to it.
	TasksPerItem int `json:"tasksPerItem"`
	// Blind makes the credential one that lost its rights: reads answer 404 and lists are empty.
	Blind bool `json:"blind"`
}

// DefaultSettings are the settings of a sandbox that was told nothing.
func DefaultSettings() Settings {
	return Settings{
		RateBurst:    20,
		TokenTTL:     Duration(10 * time.Minute),
		OwnerLag:     Duration(100 * time.Second),
		SoftDelete:   true,
		ListDeleted:  true,
		Features:     map[string]bool{},
		TasksPerItem: 2,
	}
}

func (s Settings) clone() Settings {
	s.Features = maps.Clone(s.Features)
	if s.Features == nil {
		s.Features = map[string]bool{}
	}
	return s
}
