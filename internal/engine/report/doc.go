// Package report says what a situation and an outcome mean, in messages for people that name the object, the field and
// the way out.
package report
