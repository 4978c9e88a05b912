// Package nametable knows who asks for names, who makes what has a name, and what the vendor answered, so that no two
// objects make remotes of one name, and a thousand creates share their lists.
package nametable
