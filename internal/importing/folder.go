package importing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	yaml3 "go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation"
)

// The files beside those of objects.
const (
	kustomizationFile = "kustomization.yaml"
	reportFile        = "import-report.json"
)

// folder is where files go. Nothing is written outside of it, whatever links are in it.
type folder struct {
	root      *os.Root
	name      string
	overwrite bool
	// before is what an earlier import called the remotes.
	before map[remote]Exported
	tenant string
	left   []string
	// wrote and same count files.
	wrote, same int
}

// openFolder opens a folder, or makes it.
func openFolder(name string, overwrite bool) (*folder, error) {
	if err := os.MkdirAll(name, 0o750); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	f := &folder{root: root, name: name, overwrite: overwrite, before: map[remote]Exported{}}
	if err := f.remember(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *folder) close() { _ = f.root.Close() } // Each file was closed by itself.

// remember reads the report of an earlier import, if there is one.
func (f *folder) remember() error {
	text, err := f.root.ReadFile(reportFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var before Report
	if err := json.Unmarshal(text, &before); err != nil || before.Generator != generator {
		return fmt.Errorf("%s is not the report of an import; choose another folder", filepath.Join(f.name, reportFile))
	}
	f.tenant = before.Tenant
	files, names := map[string]bool{}, map[[2]string]bool{}
	for _, e := range before.Exported {
		called := [2]string{e.Kind, e.Name}
		if files[e.File] || names[called] || !e.sound() {
			return fmt.Errorf("%s: %q of %s is no file that an import writes", filepath.Join(f.name, reportFile), e.File, e.Name)
		}
		files[e.File], names[called] = true, true
		f.before[remote{e.Kind, e.ParentID, e.ID}] = e
	}
	return nil
}

// sound reports whether a file has the place and the name that an import gives it.
func (e Exported) sound() bool {
	return filepath.IsLocal(filepath.FromSlash(e.File)) && folders[e.Kind] != "" && strings.HasPrefix(e.File, folders[e.Kind]+"/") &&
		path.Base(e.File) == e.Name+".yaml" && path.Clean(e.File) == e.File && len(validation.IsDNS1123Label(e.Name)) == 0
}

// write writes a file where there is none, or where it may replace the one that is there.
func (f *folder) write(file string, text []byte) error {
	there, err := f.root.ReadFile(filepath.FromSlash(file))
	switch {
	case err == nil && bytes.Equal(there, text):
		f.same++
		return nil
	case err == nil && !f.overwrite:
		f.left = append(f.left, file)
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	f.wrote++
	return f.put(file, text)
}

// put writes a file as a whole, or not at all.
func (f *folder) put(file string, text []byte) error {
	name := filepath.FromSlash(file)
	if err := f.root.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	part := name + ".part"
	if err := f.root.WriteFile(part, text, 0o640); err != nil {
		return err
	}
	return f.root.Rename(part, name)
}

// keep writes the report.
func (f *folder) keep(r *Report) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return f.put(reportFile, append(text, '\n'))
}

// kustomization lists the files for kustomize.
func kustomization(files []string) []byte {
	list := &yaml3.Node{Kind: yaml3.SequenceNode}
	for _, file := range files {
		list.Content = append(list.Content, writer{}.text(file))
	}
	if len(files) == 0 {
		list.Style = yaml3.FlowStyle
	}
	text := func(s string) *yaml3.Node { return writer{}.text(s) }
	out, _ := yaml3.Marshal(&yaml3.Node{Kind: yaml3.MappingNode, Content: []*yaml3.Node{ // Texts alone can always be written.
		text("apiVersion"), text("kustomize.config.k8s.io/v1beta1"), text("kind"), text("Kustomization"), text("resources"), list,
	}})
	return out
}
