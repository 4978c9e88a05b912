package backend

// Naming says what tells the remotes of a kind apart by name, and where: beside one that answers to the
// same key in the same place none is created. It is printed into the documentation.
type Naming struct {
	// Key and Place are in words, for people.
	Key, Place string
	// Searched: the vendor finds what answers to a key in a call or two. Without it the place is listed.
	Searched bool
	// Unique: the vendor refuses a second one of a name by itself, as far as is known.
	Unique bool
}

// IsZero reports whether names repeat.
func (n Naming) IsZero() bool { return n == Naming{} }

// Name is the key in one text: two remotes that are meant by the same one have one name. The place is
// not a part of it. Names are compared as they are written: no vendor documents that it folds case or blanks.
func (k Key) Name() string {
	switch {
	case k.Alias != "":
		return nameOf("alias", k.Alias, "")
	case k.DisplayName != "":
		return nameOf("name", k.DisplayName, k.ResourceID)
	}
	return ""
}

// NamesOf are the names that a remote answers to, given its model and another spelling of its name, if there is one.
func NamesOf[D Model](actual D, alsoCalled string) []string {
	k := actual.Key()
	var out []string
	if k.Alias != "" {
		out = append(out, nameOf("alias", k.Alias, ""))
	}
	for _, called := range []string{k.DisplayName, alsoCalled} {
		if called == "" {
			continue
		}
		out = append(out, nameOf("name", called, ""))
		if k.ResourceID != "" {
			out = append(out, nameOf("name", called, k.ResourceID))
		}
	}
	return out
}

func nameOf(kind, name, resource string) string { return kind + "\x00" + name + "\x00" + resource }
