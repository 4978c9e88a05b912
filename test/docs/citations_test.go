package docs_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// library is what can be cited: the pages with their anchors, by path from the root, and the numbers of the decisions.
type library struct {
	anchors   map[string]map[string]bool
	decisions map[int]bool
	exists    func(path string) bool
}

// text is a comment, or a page, on one line for each of its own.
type text struct {
	file string
	line int
	body string
}

var (
	fence     = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	heading   = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
	oldAnchor = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
	linked    = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	notInSlug = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)

	pageNamed   = regexp.MustCompile(`[\w./-]*\w\.md\b(?:#([\w-]+))?`)
	decisionNo  = regexp.MustCompile(`\bADR[ -]?0*(\d+)`)
	sectionNo   = regexp.MustCompile(`(?i)(?:\b(?:sections?|contract)\s+|§ *)\d[\d.]*`)
	ofStandard  = regexp.MustCompile(`\bRFC \d+,? +$`)
	link        = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	saysWhether = regexp.MustCompile(`\b(?:says|tells)\s+(?:whether|that)\b`)
)

// anchorsOf are the anchors of a page, as code hosts make them of headings.
func anchorsOf(page string) map[string]bool {
	page = fence.ReplaceAllString(page, "")
	out := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		slug := notInSlug.ReplaceAllString(strings.ToLower(linked.ReplaceAllString(m[1], "$1")), "")
		slug = strings.ReplaceAll(slug, " ", "-")
		for n, base := 1, slug; out[slug]; n++ {
			slug = fmt.Sprintf("%s-%d", base, n)
		}
		out[slug] = true
	}
	for _, m := range oldAnchor.FindAllStringSubmatch(page, -1) {
		out[m[1]] = true
	}
	return out
}

// unresolved are the citations of a comment that lead nowhere. A page is named by its path from the root.
func (l library) unresolved(comment string) (problems []string) {
	for _, m := range pageNamed.FindAllStringSubmatch(comment, -1) {
		name, _, _ := strings.Cut(m[0], "#")
		switch anchors, ok := l.anchors[name]; {
		case !ok:
			problems = append(problems, "there is no page "+name)
		case m[1] != "" && !anchors[m[1]]:
			problems = append(problems, "no heading of "+name+" has the anchor "+m[1])
		}
	}
	return append(problems, l.numbers(comment)...)
}

// numbers are decisions that do not exist, and sections of what is no page.
func (l library) numbers(body string) (problems []string) {
	for _, m := range decisionNo.FindAllStringSubmatch(body, -1) {
		if n, _ := strconv.Atoi(m[1]); !l.decisions[n] {
			problems = append(problems, "there is no decision "+m[1])
		}
	}
	for _, at := range sectionNo.FindAllStringIndex(body, -1) {
		if !ofStandard.MatchString(body[:at[0]]) {
			problems = append(problems, strings.Join(strings.Fields(body[at[0]:at[1]]), " ")+" is of no page")
		}
	}
	return problems
}

// broken are the links of a page that lead nowhere, with what its prose cites by number.
func (l library) broken(name, page string) (problems []string) {
	page = span.ReplaceAllString(fence.ReplaceAllString(page, ""), "")
	for _, m := range link.FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
			continue
		}
		target, anchor, _ := strings.Cut(m[1], "#")
		file := path.Join(path.Dir(name), target)
		if target == "" {
			file = name
		}
		anchors, isPage := l.anchors[file]
		switch {
		case !isPage && !l.exists(file):
			problems = append(problems, "there is no "+file)
		case isPage && anchor != "" && !anchors[anchor]:
			problems = append(problems, "no heading of "+file+" has the anchor "+anchor)
		}
	}
	return append(problems, l.numbers(page)...)
}

// files are those of the repository with an extension, by their path from the root.
func files(t *testing.T, extension string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && name != "." || name == "bin" || name == "dist"):
			return filepath.SkipDir
		case path.Ext(name) == extension && entry.Type().IsRegular():
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func shelve(t *testing.T) (library, map[string]string) {
	t.Helper()
	all := map[string]string{}
	l := library{anchors: map[string]map[string]bool{}, decisions: map[int]bool{}, exists: func(file string) bool {
		matches, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(file)))
		return err == nil && len(matches) == 1
	}}
	for _, name := range files(t, ".md") {
		all[name] = read(t, name)
		l.anchors[name] = anchorsOf(all[name])
		if m := regexp.MustCompile(`^docs/adr/(\d{4})-`).FindStringSubmatch(name); m != nil {
			n, _ := strconv.Atoi(m[1])
			l.decisions[n] = true
		}
	}
	if len(all) < 60 || len(l.decisions) < 30 {
		t.Fatalf("only %d pages and %d decisions found: the test looks in the wrong place", len(all), len(l.decisions))
	}
	return l, all
}

// goComments are the comments of all Go files, and those of the tables of the fakes.
func goComments(t *testing.T) (comments []text) {
	t.Helper()
	set := token.NewFileSet()
	for _, name := range files(t, ".go") {
		tree, err := parser.ParseFile(set, name, read(t, name), parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range tree.Comments {
			comments = append(comments, text{name, set.Position(group.Pos()).Line, group.Text()})
		}
	}
	for _, name := range files(t, ".txt") {
		if !strings.HasPrefix(name, "internal/sandbox/") {
			continue
		}
		for i, line := range strings.Split(read(t, name), "\n") {
			if note, ok := strings.CutPrefix(line, "#"); ok {
				comments = append(comments, text{name, i + 1, note})
			}
		}
	}
	if len(comments) < 5000 {
		t.Fatalf("only %d comments found: the test looks in the wrong place", len(comments))
	}
	return comments
}

// A reader who follows a citation finds what it names in this repository.
func TestEveryCitationOfACommentResolves(t *testing.T) {
	l, _ := shelve(t)
	for _, c := range goComments(t) {
		for _, problem := range l.unresolved(c.body) {
			t.Errorf("%s:%d: %s", c.file, c.line, problem)
		}
	}
}

func TestEveryLinkAndCitationOfAPageResolves(t *testing.T) {
	l, all := shelve(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, problem := range l.broken(name, all[name]) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// Go's word for a predicate is that it reports whether something holds.
func TestPredicatesReport(t *testing.T) {
	for _, c := range goComments(t) {
		if found := saysWhether.FindString(c.body); found != "" {
			t.Errorf("%s:%d: %q: a predicate reports whether, and anything else states it", c.file, c.line, strings.Join(strings.Fields(found), " "))
		}
	}
}

// Each kind of citation that leads nowhere is noticed, and none that leads somewhere.
func TestCitationsThatLeadNowhereAreNoticed(t *testing.T) {
	l := library{
		anchors:   map[string]map[string]bool{"docs/vendors/p.md": {"y": true}, "docs/vendors/acme-api.md": anchorsOf("# Acme\n\n## GET /v1/things/{id}\n\n```sh\n# no heading\n```\n\n<a id=\"old\"></a>\n\n## Notes\n\n## Notes\n"), "README.md": {}},
		decisions: map[int]bool{27: true},
		exists:    func(file string) bool { return file == "docs/demo.svg" },
	}
	for comment, want := range map[string][]string{
		"things (docs/vendors/acme-api.md#get-v1thingsid)":            nil,
		"a page as a whole: docs/vendors/acme-api.md.":                nil,
		"an older anchor: docs/vendors/acme-api.md#old":               nil,
		"the second of a name: docs/vendors/acme-api.md#notes-1":      nil,
		"ADR 27 decides it, and so does ADR 0027":                     nil,
		"an OAuth error (RFC 6749, section 5.2), in RFC 6749 § 5.2":   nil,
		"intersections 4 and subsection are no citation, nor section": nil,
		"the pages are in docs/vendors/acme-api.md#get-v1things":      {"no heading of docs/vendors/acme-api.md has the anchor get-v1things"},
		"what is in a block: docs/vendors/acme-api.md#no-heading":     {"no heading of docs/vendors/acme-api.md has the anchor no-heading"},
		"the table is that of decide.md":                              {"there is no page decide.md"},
		"as in docs/vendors/other-api.md#get-v1thingsid":              {"there is no page docs/vendors/other-api.md"},
		"ADR 28 decides it":                    {"there is no decision 28"},
		"names repeat (section 3.4)":           {"section 3.4 is of no page"},
		"names repeat (sections\n4.2 and 5.4)": {"sections 4.2 is of no page"},
		"names repeat (contract 2.1)":          {"contract 2.1 is of no page"},
		"names repeat (§3.4)":                  {"§3.4 is of no page"},
	} {
		if diff := cmp.Diff(want, l.unresolved(comment)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", comment, diff)
		}
	}
	for page, want := range map[string][]string{
		"[up](../../README.md), [here](#y), [a picture](../demo.svg), [far](https://example.com/x.md#y)": nil,
		"[here](#x)":                                 {"no heading of docs/vendors/p.md has the anchor x"},
		"[things](acme-api.md#notes)":                nil,
		"[things](acme-api.md#note)":                 {"no heading of docs/vendors/acme-api.md has the anchor note"},
		"[lost](other.md)":                           {"there is no docs/vendors/other.md"},
		"ADR 28, and section 3.4 of the contract":    {"there is no decision 28", "section 3.4 is of no page"},
		"```sh\nsee [lost](other.md) section 1\n```": nil,
	} {
		if diff := cmp.Diff(want, l.broken("docs/vendors/p.md", page)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", page, diff)
		}
	}
	for comment, want := range map[string]bool{
		"ready says whether it is": true, "ready tells\nthat it is": true, "ready reports whether it is": false, "what the page says, that is": false,
	} {
		if got := saysWhether.MatchString(comment); got != want {
			t.Errorf("%q: noticed %v, want %v", comment, got, want)
		}
	}
}
