package bundle

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

var recordWords = flag.Bool("record-words", false, "record the words of the operator's messages")

// wordsOfMessages are those of the texts in the code that speaks to people.
func wordsOfMessages(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, root := range []string{"backend", "controller", "doctor", "engine", "kinds", "lease", "reference", "sweep", "tenancy", "vendors", "webhook"} {
		err := filepath.WalkDir(filepath.Join("..", root), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "test/") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					return true
				}
				if text, err := strconv.Unquote(literal.Value); err == nil && strings.Contains(text, " ") {
					for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return !unicode.IsLetter(c) }) {
						out[strings.ToLower(word)] = true
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// Nearly all that the operator says can be read in a bundle. A few new words are no reason to record all.
func TestTheWordsOfMessagesAreKnown(t *testing.T) {
	all := wordsOfMessages(t)
	if *recordWords {
		if err := os.WriteFile("words.txt", []byte(strings.Join(slices.Sorted(maps.Keys(all)), "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := newRedactor()
	if err != nil {
		t.Fatal(err)
	}
	var unknown []string
	for word := range all {
		if !r.words[word] {
			unknown = append(unknown, word)
		}
	}
	if len(all) < 1000 || len(unknown)*20 > len(all) {
		slices.Sort(unknown)
		t.Errorf("of %d words %d are not known; run the test with -record-words: %s", len(all), len(unknown), strings.Join(unknown, " "))
	}
}
