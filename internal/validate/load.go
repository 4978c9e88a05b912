package validate

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// extensions are those of the files that are read in a folder, as kubectl does.
var extensions = []string{".yaml", ".yml", ".json"}

// read returns the objects of files and folders; "-" is in. Of a folder the files are read, and with recursive those below it.
func read(in io.Reader, names []string, recursive bool) ([]source, error) {
	var out []source
	for _, name := range names {
		files, err := expand(name, recursive)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := textOf(in, file)
			if err != nil {
				return nil, err
			}
			objects, err := parse(file, text)
			if err != nil {
				return nil, err
			}
			out = append(out, objects...)
		}
	}
	return out, nil
}

func textOf(in io.Reader, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(file)
}

// expand is the files that a name stands for, sorted.
func expand(name string, recursive bool) ([]string, error) {
	if name == "-" {
		return []string{name}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	var out []string
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != name && !recursive:
			return filepath.SkipDir
		case !entry.IsDir() && slices.Contains(extensions, filepath.Ext(path)):
			out = append(out, path)
		}
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: no file with an extension of %s; -R reads the folders below, too", name, strings.Join(extensions, ", "))
	}
	return out, err
}

// build returns the objects that kustomize makes of a folder, as kubectl's -k does.
func build(folder string) ([]source, error) {
	file := folder
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			file = filepath.Join(folder, name)
		}
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	text, err := made.AsYaml()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	out, err := parse(file, text)
	for i := range out {
		out[i].built = true
	}
	return out, err
}
