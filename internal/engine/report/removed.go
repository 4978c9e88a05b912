package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// whatOfIt says what of a spec that waits was carried out.
func whatOfIt[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	var written []string
	if remote := p.Status().Remote; remote != nil {
		written = remote.Narrowed
	}
	text := "nothing of this edit was written"
	switch {
	case !p.Facts.Bound, len(written) == 0 && !p.Narrowing.Moved:
		return ""
	case len(written) > 0:
		text = "of this edit only what takes access away was written: spec." + strings.Join(written, ", spec.")
	}
	if p.Narrowing.Held != "" {
		text += "; what takes access away waits, too: " + p.Narrowing.Held
	}
	return text
}

// fieldRemoved says what is held, what is still there, and the ways out.
func fieldRemoved[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	var texts []string
	for _, path := range p.Removed.Held {
		row := p.Caps.Removed[path]
		text := fmt.Sprintf("spec.%s left the spec and stays at the vendor", path)
		if p.Caps.Narrows[path].NoneIsAll && p.Removed.Items[path] == 0 {
			text = fmt.Sprintf("spec.%s left the spec and stays empty at the vendor", path)
		}
		if n := p.Removed.Items[path]; n > 0 {
			text = fmt.Sprintf("spec.%s left the spec and stays at the vendor with %d", path, n)
		}
		switch {
		case row.Empty != "":
			text += fmt.Sprintf(" ([] would mean: %s)", row.Empty)
		case slices.Contains(p.Caps.NotEmpty, path):
			text += " (it cannot be empty)"
		}
		texts = append(texts, text)
	}
	for _, path := range p.Removed.Overruled {
		texts = append(texts, fmt.Sprintf("spec.%s is not as the spec says: what it needs left the spec", path))
	}
	text := strings.Join(texts, "; ") + "; until it is written again, or spec.management.removed is Keep, nothing is written that gives access"
	if len(p.Removed.Waits) > 0 {
		text += ": spec." + strings.Join(p.Removed.Waits, ", spec.") + " waits"
	}
	return text
}
