package main

import "strings"

// rules are, of tables/rules.txt, what says what of a document is taken.
type rules struct {
	// takes names messages and enumerations of the fake, in order, and where they are in the document.
	takes []take
	// nulls: the document flags what may be null.
	nulls bool
	// given are fields, by message and name, of which a rule says the kind: what the document says of them is not followed.
	given map[[2]string]bool
}

type take struct{ name, path string }

// readRules reads the lines that concern a document; the fake reads the others.
func readRules(text string) rules {
	r := rules{given: map[[2]string]bool{}}
	altered := ""
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case line[0] != ' ':
			altered = ""
			switch words[0] {
			case "nulls":
				r.nulls = true
			case "take":
				r.takes = append(r.takes, take{words[1], words[len(words)-1]})
			case "alter":
				altered = words[1]
			}
		case altered != "" && len(words) > 1 && words[1] != "+" && words[1] != "-":
			r.given[[2]string{altered, words[0]}] = true
		}
	}
	return r
}
