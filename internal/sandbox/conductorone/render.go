package conductorone

// render fills a message up for the wire: unset scalars, lists and maps come as their zero value, unset messages and dates
// as null, unset members of a oneof not at all. The result shares nothing with value.
func (s *schema) render(name string, value object) object {
	m := s.messages[name]
	result := object{}
	for _, f := range m.fields {
		current, set := value[f.name]
		switch {
		case set && current != nil:
			result[f.name] = s.renderField(f, current)
		case f.oneof == "":
			result[f.name] = s.zero(f)
		}
	}
	return result
}

func (s *schema) renderField(f *field, value any) any {
	if f.kind != "message" {
		return deepCopy(value)
	}
	switch value := value.(type) {
	case []any:
		list := []any{}
		for _, item := range value {
			list = append(list, s.renderField(f, item))
		}
		return list
	case object:
		if !f.keyed {
			return s.render(f.of, value)
		}
		entries := object{}
		for key, entry := range value {
			if entry, ok := entry.(object); ok {
				entries[key] = s.render(f.of, entry)
			}
		}
		return entries
	default:
		return nil
	}
}

func (s *schema) zero(f *field) any {
	switch {
	case f.list:
		return []any{}
	case f.keyed:
		return object{}
	}
	switch f.kind {
	case "string":
		return ""
	case "bool":
		return false
	case "int32", "double":
		return 0
	case "int64":
		return "0"
	case "enum":
		return s.enums[f.of][0]
	default:
		return nil
	}
}

// deepCopy copies a value made of JSON types.
func deepCopy(value any) any {
	switch value := value.(type) {
	case object:
		return copyObject(value)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = deepCopy(item)
		}
		return list
	default:
		return value
	}
}

func copyObject(value object) object {
	result := make(object, len(value))
	for key, entry := range value {
		result[key] = deepCopy(entry)
	}
	return result
}
