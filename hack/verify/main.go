// Command verify checks the Markdown files of the repository: every link to a file
// leads to one, and every link to a heading to a heading.
//
//	go run ./hack/verify
package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

func main() {
	problems, files, err := check(".")
	if err == nil && files == 0 {
		err = fmt.Errorf("no Markdown files here")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, problem)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
	fmt.Printf("links of %d Markdown files are right\n", files)
}

func check(root string) (problems []string, files int, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "bin" || entry.Name() == "dist" || entry.Name() == ".git"):
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		files++
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, target := range links(string(content)) {
			if problem := follow(path, target); problem != "" {
				problems = append(problems, fmt.Sprintf("%s: %s: %s", path, target, problem))
			}
		}
		return nil
	})
	return problems, files, err
}

var link = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// links returns the targets of a text, those in code left out.
func links(text string) []string {
	var out []string
	for _, line := range prose(text) {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
			out = append(out, m[1])
		}
	}
	return out
}

var code = regexp.MustCompile("`[^`]*`")

// prose returns the lines outside code blocks.
func prose(text string) []string {
	var out []string
	inside := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inside = !inside
		} else if !inside {
			out = append(out, strings.TrimRight(line, "\n"))
		}
	}
	return out
}

// follow says what is wrong with a link; one that leaves the repository is not looked at.
func follow(from, target string) string {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return "is not a link"
	case u.Scheme != "":
		return ""
	case filepath.IsAbs(u.Path):
		return "begins with a slash"
	}
	path := from
	if u.Path != "" {
		path = filepath.Join(filepath.Dir(from), filepath.FromSlash(u.Path))
	}
	if strings.HasPrefix(path, "..") {
		return "leads out of the repository"
	}
	if _, err := os.Stat(path); err != nil {
		return "there is no such file"
	}
	if u.Fragment == "" || filepath.Ext(path) != ".md" {
		return ""
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	if !headings(string(content))[u.Fragment] {
		return "there is no such heading"
	}
	return ""
}

var anchor = regexp.MustCompile(`<a id="([^"]+)"`)

// headings returns the fragments of a text, as the usual viewers make them.
func headings(text string) map[string]bool {
	out := map[string]bool{}
	for _, line := range prose(text) {
		for _, m := range anchor.FindAllStringSubmatch(line, -1) {
			out[m[1]] = true
		}
		if title := strings.TrimLeft(line, "#"); title != line && strings.HasPrefix(title, " ") {
			out[fragment(strings.TrimSpace(title))] = true
		}
	}
	return out
}

func fragment(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}
