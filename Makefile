# Everything a contributor does. "make help" lists it; nothing is downloaded but Go modules.

SHELL := /usr/bin/env bash -o pipefail
.SHELLFLAGS := -ec
.DEFAULT_GOAL := help

BIN := $(CURDIR)/bin
CONTROLLER_GEN := $(BIN)/controller-gen
KUSTOMIZE := $(BIN)/kustomize
CRD_REF_DOCS := $(BIN)/crd-ref-docs
GOVULNCHECK := $(BIN)/govulncheck
GOLANGCI_LINT := $(BIN)/golangci-lint

# The control plane of tests and demo; a folder of your own with etcd and kube-apiserver is used if you name it here.
export KUBEBUILDER_ASSETS ?= $(BIN)/k8s

GO_BUILD := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w"

##@ General

.PHONY: help
help: ## List the targets.
	@awk 'BEGIN {FS = ":.*##"; printf "Usage: make <target>\n"} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-zA-Z_-]+:.*?##/ {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: control-plane build ## Run the operator with fake vendors on a real control plane (ONESHOT=1: check and end).
	@go run ./hack/demo $(if $(ONESHOT),-oneshot)

.PHONY: clean
clean: ## Remove what was built, the control plane excepted.
	rm -rf dist
	find bin -mindepth 1 -maxdepth 1 ! -name k8s -exec rm -rf {} +

##@ Generation

.PHONY: generate
generate: $(CONTROLLER_GEN) ## Generate the deep-copy methods of the API types.
	$(CONTROLLER_GEN) object paths=./api/...

.PHONY: manifests
manifests: $(CONTROLLER_GEN) ## Generate the CRDs and the manager's ClusterRole from markers.
	$(CONTROLLER_GEN) crd paths=./api/... output:crd:artifacts:config=config/crd/bases
	@if [ -d internal/controller ]; then \
		echo $(CONTROLLER_GEN) rbac:roleName=manager-role paths=./internal/controller/... output:rbac:artifacts:config=config/rbac; \
		$(CONTROLLER_GEN) rbac:roleName=manager-role paths=./internal/controller/... output:rbac:artifacts:config=config/rbac; \
	fi

##@ Development

.PHONY: build
build: ## Build every command of cmd/ into bin/.
	@for command in cmd/*/; do \
		name=$$(basename $$command); \
		echo "building bin/$$name"; \
		$(GO_BUILD) -o bin/$$name ./$$command; \
	done

.PHONY: fmt
fmt: ## Format all Go code.
	gofmt -s -w $$(git ls-files --cached --others --exclude-standard '*.go')

.PHONY: vet
vet: ## Run go vet on both modules.
	go vet ./...
	go -C test vet ./...

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Run golangci-lint on both modules.
	$(GOLANGCI_LINT) run ./...
	cd test && $(GOLANGCI_LINT) run ./...

.PHONY: test
test: control-plane ## Run all tests, those on a real control plane included.
	@echo "== unit and controller tests"
	go test ./...
	@echo "== tests of the CRDs and of the whole"
	go -C test test ./...

.PHONY: vulnerabilities
vulnerabilities: $(GOVULNCHECK) ## Look for known vulnerabilities (needs the network).
	$(GOVULNCHECK) ./...

.PHONY: verify
verify: generate manifests ## Regenerate everything; fail on a difference, a big CRD or unformatted code.
	@unformatted=$$(gofmt -s -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
		if [ -n "$$unformatted" ]; then echo "not formatted: $$unformatted; run \"make fmt\""; exit 1; fi
	@git diff --exit-code -- 'api/**/zz_generated*' config/crd/bases config/rbac || { echo "generated files are out of date: commit what \"make generate manifests\" made"; exit 1; }
	@others=$$(git ls-files --others --exclude-standard -- 'api/**/zz_generated*' config/crd/bases config/rbac); \
		if [ -n "$$others" ]; then echo "generated files are not committed: $$others"; exit 1; fi
	go -C test test ./crd -run 'TestCRDFiles'

##@ Tools

.PHONY: control-plane
control-plane: ## Find or build etcd and kube-apiserver (minutes, the first time).
	@hack/controlplane/build.sh

.PHONY: tools
tools: $(CONTROLLER_GEN) $(KUSTOMIZE) $(CRD_REF_DOCS) $(GOVULNCHECK) $(GOLANGCI_LINT) ## Build all development tools into bin/.

$(CONTROLLER_GEN): PACKAGE := sigs.k8s.io/controller-tools/cmd/controller-gen
$(KUSTOMIZE): PACKAGE := sigs.k8s.io/kustomize/kustomize/v5
$(CRD_REF_DOCS): PACKAGE := github.com/elastic/crd-ref-docs
$(GOVULNCHECK): PACKAGE := golang.org/x/vuln/cmd/govulncheck
$(CONTROLLER_GEN) $(KUSTOMIZE) $(CRD_REF_DOCS) $(GOVULNCHECK): hack/tools/go.sum
	@echo "building bin/$(@F)"
	@go -C hack/tools build -o $@ $(PACKAGE)
	@touch $@

$(GOLANGCI_LINT): hack/tools/lint/go.sum
	@echo "building bin/$(@F)"
	@go -C hack/tools/lint build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@
