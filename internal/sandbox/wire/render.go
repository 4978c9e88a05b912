package wire

// Render fills a message up for the wire: unset scalars, lists and maps come as their zero value, unset messages and dates
// as null, unset members of a oneof not at all. The result shares nothing with value.
func (s *Schema) Render(name string, value Object) Object {
	m := s.Messages[name]
	result := Object{}
	for _, f := range m.Fields {
		current, set := value[f.Name]
		switch {
		case set && current != nil:
			result[f.Name] = s.renderField(f, current)
		case f.Oneof == "":
			result[f.Name] = s.zero(f)
		}
	}
	return result
}

func (s *Schema) renderField(f *Field, value any) any {
	if f.Kind != "message" {
		return DeepCopy(value)
	}
	switch value := value.(type) {
	case []any:
		list := []any{}
		for _, item := range value {
			list = append(list, s.renderField(f, item))
		}
		return list
	case Object:
		if !f.Keyed {
			return s.Render(f.Of, value)
		}
		entries := Object{}
		for key, entry := range value {
			if entry, ok := entry.(Object); ok {
				entries[key] = s.Render(f.Of, entry)
			}
		}
		return entries
	default:
		return nil
	}
}

func (s *Schema) zero(f *Field) any {
	switch {
	case f.List:
		return []any{}
	case f.Keyed:
		return Object{}
	}
	switch f.Kind {
	case "string":
		return ""
	case "bool":
		return false
	case "int32", "integer", "double":
		return 0
	case "int64":
		return "0"
	case "enum":
		return s.Enums[f.Of][0]
	default:
		return nil
	}
}
