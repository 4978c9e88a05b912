# Everything a contributor does. "make help" lists it; nothing is downloaded but Go modules.

SHELL := /usr/bin/env bash -o pipefail
.SHELLFLAGS := -ec
.DEFAULT_GOAL := help

BIN := $(CURDIR)/bin
CONTROLLER_GEN := $(BIN)/controller-gen
KUSTOMIZE := $(BIN)/kustomize
CRD_REF_DOCS := $(BIN)/crd-ref-docs
HELM_DOCS := $(BIN)/helm-docs
HELM := $(BIN)/helm
GOVULNCHECK := $(BIN)/govulncheck
GOLANGCI_LINT := $(BIN)/golangci-lint
ACTIONLINT := $(BIN)/actionlint
GINKGO := $(BIN)/ginkgo
# Suites that wait more than they work run several specs at once: more processes than cores, each with a control plane that its
# specs share.
GINKGO_FLAGS := -timeout=20m -randomize-all -keep-going -poll-progress-after=60s

# The control plane of tests and demo; a folder of your own with etcd and kube-apiserver is used if you name it here.
export KUBEBUILDER_ASSETS ?= $(BIN)/k8s

# What the manager says of itself, and the image that "make deploy" runs.
VERSION ?= dev
IMG ?= governance-operator:dev

GO_BUILD := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"

# Every Go module of the repository. The tests, the tools and the control plane stay out of what the operator is made of;
# golangci-lint is built with exactly the linters that its release has, and Kubernetes with its own staging modules.
MODULES := . test hack/tools hack/tools/lint hack/controlplane

##@ General

.PHONY: help
help: ## List the targets.
	@awk 'BEGIN {FS = ":.*##"; printf "Usage: make <target>\n"} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-zA-Z0-9_-]+:.*?##/ {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: control-plane build ## Run the operator with fake vendors on a real control plane (ONESHOT=1: check and end).
	@go run ./hack/demo $(if $(ONESHOT),-oneshot)

.PHONY: recording
recording: control-plane build ## Record the demo as docs/demo.svg, from what it prints.
	go build -o bin/recording ./hack/recording
	$(MAKE) --no-print-directory demo ONESHOT=1 | bin/recording >bin/demo.svg
	mv bin/demo.svg docs/demo.svg

.PHONY: clean
clean: ## Remove what was built, the control plane excepted.
	rm -rf dist
	find bin -mindepth 1 -maxdepth 1 ! -name k8s -exec rm -rf {} +

##@ Generation

.PHONY: generate
generate: $(CONTROLLER_GEN) ## Generate the deep-copy methods of the API types.
	$(CONTROLLER_GEN) object paths=./api/...

.PHONY: manifests
manifests: $(CONTROLLER_GEN) ## Generate the CRDs and the manager's ClusterRole from markers, and the chart's and internal/bounds from these.
	$(CONTROLLER_GEN) crd paths=./api/... output:crd:artifacts:config=config/crd/bases
	@if [ -d internal/controller ]; then \
		echo $(CONTROLLER_GEN) rbac:roleName=manager-role paths=./internal/controller/... output:rbac:artifacts:config=config/rbac; \
		$(CONTROLLER_GEN) rbac:roleName=manager-role paths=./internal/controller/... output:rbac:artifacts:config=config/rbac; \
	fi
	go run ./hack/bounds
	go run ./hack/chart

.PHONY: docs
docs: $(CRD_REF_DOCS) $(HELM_DOCS) ## Generate docs/api.md from the API types, docs/capabilities.md and docs/assumptions.md from the drivers, docs/adr/README.md from their titles, docs/cli.md from the commands, the table of reasons in docs/kinds/management.md from the decision and the chart's README.md from its values.
	$(CRD_REF_DOCS) --log-level=ERROR --renderer=markdown --source-path=api/v1alpha1 --max-depth=30 --config=hack/crd-ref-docs/config.yaml --templates-dir=hack/crd-ref-docs/templates --output-path=docs/api.md
	@mkdir -p bin
	go run ./hack/capabilities >bin/capabilities.md
	@cmp -s bin/capabilities.md docs/capabilities.md || cp bin/capabilities.md docs/capabilities.md
	go run ./hack/assumptions >bin/assumptions.md
	@cmp -s bin/assumptions.md docs/assumptions.md || cp bin/assumptions.md docs/assumptions.md
	go run ./hack/decisions >bin/decisions.md
	@cmp -s bin/decisions.md docs/adr/README.md || cp bin/decisions.md docs/adr/README.md
	go run ./hack/conditions >bin/conditions.md
	@cmp -s bin/conditions.md docs/kinds/management.md || cp bin/conditions.md docs/kinds/management.md
	go run ./cmd/governance documentation >bin/cli.md
	@cmp -s bin/cli.md docs/cli.md || cp bin/cli.md docs/cli.md
	$(HELM_DOCS) --chart-search-root=charts --sort-values-order=file --log-level=warning

.PHONY: argocd
argocd: control-plane ## Record the states of objects anew where they changed, and make what config/argocd derives from them and from its scripts.
	RECORD=1 go test ./internal/controller -ginkgo.focus='the recorded states of objects'
	go -C test test -count=1 ./argocd -update

.PHONY: values-schema
values-schema: control-plane ## Fetch from the API server the schemas of those values of the chart that Kubernetes gets as they are.
	go -C test test -count=1 ./chart -run TestWhatIsHandedToKubernetes -update

##@ Development

.PHONY: build
build: ## Build every command of cmd/ into bin/.
	@for command in cmd/*/; do \
		name=$$(basename $$command); \
		echo "building bin/$$name"; \
		$(GO_BUILD) -o bin/$$name ./$$command; \
	done
	@ln -sf governance bin/kubectl-governance

.PHONY: fmt
fmt: ## Format all Go code.
	gofmt -s -w $$(git ls-files --cached --others --exclude-standard '*.go')

.PHONY: vet
vet: ## Run go vet on all modules.
	go vet ./...
	go -C test vet ./...
	go -C hack/tools vet ./...

.PHONY: lint
lint: $(GOLANGCI_LINT) $(ACTIONLINT) ## Run golangci-lint on all modules with code of ours, and actionlint on the workflows.
	$(GOLANGCI_LINT) run ./...
	cd test && $(GOLANGCI_LINT) run ./...
	cd hack/tools && $(GOLANGCI_LINT) run ./...
	$(ACTIONLINT) -shellcheck= -pyflakes=

# How long "make fuzz" feeds each target. That its time is over is no finding, though go test may end so.
FUZZTIME ?= 1m

.PHONY: fuzz
fuzz: ## Feed garbage to every decoder, one after the other (FUZZTIME=1m each), and count; what is found stays in testdata/fuzz.
	@log=$$(mktemp); trap 'rm -f '$$log EXIT; counts=; failed=0; \
	for package in $$(grep -rl --include='*_test.go' '^func Fuzz' internal | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -hoE '^func Fuzz[A-Za-z0-9]+' $$package/*_test.go | cut -d' ' -f2); do \
			echo "== $$package $$target"; outcome=; \
			go test ./$$package -run '^$$' -fuzz "^$$target$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=10x | tee $$log || \
				grep -qx '    context deadline exceeded' $$log || { outcome=' FAILED'; failed=1; }; \
			execs=$$(grep -oE 'execs: [0-9]+' $$log | tail -n1 | cut -d' ' -f2 || true); \
			counts+=$$(printf '%12s  %s %s%s' "$${execs:-0}" $$package $$target "$$outcome")$$'\n'; \
		done; \
	done; \
	echo "== executions"; printf '%s' "$$counts"; exit $$failed

# How many pairs of specs of each kind and vendor "make revert" applies and reverts.
REVERTS ?= 5000

.PHONY: revert
revert: ## Apply and revert random specs of every kind at every sandbox (REVERTS=5000 pairs each), cut at every write in a part of them, and print what was equal, listed and held.
	GOVERNANCE_LEAVES=$$(( $(REVERTS) / 100 )) go test $(addprefix ./,$(dir $(wildcard internal/vendors/*/revert_test.go))) -count=1 -run '^TestARevertOf' -v -timeout 12h -rapid.checks=$(REVERTS)

# Scenarios of "make bench", with commas between them (all if empty), and 1 for what takes 90 minutes more.
ONLY ?=
FULL ?=
# More flags of the benchmark; bin/benchmark -help lists them.
BENCHFLAGS ?=

.PHONY: bench
bench: control-plane build $(BIN)/benchmark ## Measure the manager and write docs/benchmarks.md (ONLY=sweep,restart: these alone, printed; FULL=1: 90 minutes more; BENCHFLAGS=-busy: although the machine does something else).
	bin/benchmark $(if $(ONLY),-only "$(ONLY)",-out docs/benchmarks.md) $(if $(FULL),-full) $(BENCHFLAGS)

.PHONY: plot
plot: ## Draw docs/benchmarks.svg again from docs/benchmarks.md, without measuring anything.
	go -C test run ./benchmark -plot ../docs/benchmarks.md

.PHONY: $(BIN)/benchmark
$(BIN)/benchmark:
	@echo "building bin/benchmark"
	@go -C test build -o $@ ./benchmark

# How often the manager dies in "make chaos", and the number that repeats a run (0: another each time).
KILLS ?= 300
SEED ?= 0

.PHONY: chaos
chaos: control-plane build $(BIN)/manager-chaos $(GINKGO) ## Kill, freeze and starve the manager, then compare objects and remotes (KILLS=300 SEED=0).
	cd test && KILLS=$(KILLS) SEED=$(SEED) $(GINKGO) -timeout=120m -v ./chaos

# The manager with named points of its write path at which it can be told to die.
.PHONY: $(BIN)/manager-chaos
$(BIN)/manager-chaos:
	@echo "building bin/manager-chaos"
	@$(GO_BUILD) -tags chaos -o $@ ./cmd/manager

# What goes through every case, one after the other, and takes most of the time of its package: "make test-long" runs it.
# There are no two goroutines in it, so that it is not watched for races either.
ONE_BY_ONE := ^(TestTheCreateProtocolHoldsInEveryOrder|TestTheOrdersFindAWindowThatIsTooShort|TestLeavingOutAny(Row|Rule)BreaksALaw|TestEveryCombination.*)$$

.PHONY: test
test: test-unit test-integration test-e2e ## Run all three tiers of tests. What takes its time is apart: test-long, race, isolation, chaos; .ci/run runs these, too.

.PHONY: test-unit
test-unit: $(HELM) $(KUSTOMIZE) ## Run what needs no control plane, random tests in their short mode.
	@echo "== packages"
	go test -short -skip '$(ONE_BY_ONE)|^TestControllers$$' $$(go list ./... | grep -v '/internal/testenv$$')
	go -C test vet ./...
	@echo "== what Argo CD and Flux make of recorded objects; the command line; the documents"
	go -C test test -count=1 -skip '^TestNewcomer$$' ./argocd ./cli ./docs

.PHONY: test-integration
test-integration: control-plane build $(GINKGO) $(HELM) $(KUSTOMIZE) ## Run what needs a control plane: controllers, CRDs, admission, chart, dashboard; and build the image.
	@echo "== the control plane itself"
	go test ./internal/testenv
	@echo "== the controllers, on a real API server with fake vendors"
	$(GINKGO) $(GINKGO_FLAGS) -procs=6 ./internal/controller
	@echo "== the Helm chart: rendered, refused, installed, upgraded, uninstalled; dashboard and alerts; the rules of the CRDs; the admission policies"
	go -C test test -count=1 -p 2 ./chart/... ./monitoring ./crd/... ./admission
	@echo "== the image: built twice, pushed, read back"
	go -C hack/tools test -count=1 ./image

.PHONY: test-e2e
test-e2e: control-plane build $(GINKGO) ## Run the built binaries: killed, counted, uninstalled; and what a newcomer types, in a fresh clone.
	@echo "== the documents: what a newcomer types, in a fresh clone"
	go -C test test -count=1 -run '^TestNewcomer$$' ./docs
	@echo "== the built binaries: killed, counted, uninstalled"
	cd test && $(GINKGO) $(GINKGO_FLAGS) -procs=5 ./e2e

.PHONY: test-long
test-long: ## Run the packages again with random tests in full number and every order, combination and rule in turn.
	GOVERNANCE_CHECKS_TIMES=1 go test $$(go list ./internal/... | grep -vE '/internal/(controller|testenv)$$')

.PHONY: race
race: control-plane build $(GINKGO) ## Run the packages' tests, and the controllers' on a control plane, under the race detector.
	go test -race -short -skip '$(ONE_BY_ONE)' $$(go list ./internal/... | grep -v '/internal/controller$$')
	$(GINKGO) $(GINKGO_FLAGS) -race -procs=4 ./internal/controller

.PHONY: isolation
isolation: control-plane build $(GINKGO) ## Play a hostile user of one namespace against another: every attack, with figures of what the victim sees. About three minutes.
	cd test && $(GINKGO) $(GINKGO_FLAGS) ./e2e/isolation

.PHONY: verify
verify: generate manifests docs $(KUSTOMIZE) ## Regenerate everything; fail unless the tree is committed, formatted, tidy, small and well linked.
	@unformatted=$$(gofmt -s -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
		if [ -n "$$unformatted" ]; then echo "not formatted: $$unformatted; run \"make fmt\""; exit 1; fi
	go run ./hack/verify
	go -C test test ./crd -run 'TestCRDFiles'
	go -C test test ./benchmark
	@for config in config/*/kustomization.yaml; do $(KUSTOMIZE) build $$(dirname $$config) >/dev/null || exit 1; done
	@for module in $(MODULES); do echo "go -C $$module mod tidy -diff"; go -C $$module mod tidy -diff || exit 1; done
	@git diff --exit-code || { echo "the tree differs from the commit: commit it, with what \"make generate manifests docs\" made"; exit 1; }
	@others=$$(git ls-files --others --exclude-standard); \
		if [ -n "$$others" ]; then echo "files that are not committed: $$others"; exit 1; fi

.PHONY: dashboard
dashboard: control-plane build ## Run the manager with fake vendors, ask every query of the dashboard, and write docs/dashboard.md.
	go -C test test ./monitoring -count=1 -run TestTheRunningManager -write

##@ Release

# The Go that a release is built with and looked through for vulnerabilities: the newest patch. Go fetches it like a module.
RELEASE_GO ?= go1.26.10
# Platforms of the image, and the time of all that is in it: the commit's, so that whoever builds a commit gets the same digest.
PLATFORMS ?= linux/amd64 linux/arm64
SOURCE := https://github.com/governance-operator/governance-operator
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct)

.PHONY: image
image: ## Build the image without a daemon, as an OCI layout in dist/image (PUSH=registry/name:tag pushes it), and print its digest.
	@rm -rf dist/bin dist/image; mkdir -p dist
	@for platform in $(PLATFORMS); do \
		echo "building $$platform" >&2; mkdir -p dist/bin/$$platform; \
		GOTOOLCHAIN=$(RELEASE_GO) GOOS=$${platform%/*} GOARCH=$${platform#*/} $(GO_BUILD) -o dist/bin/$$platform/ ./cmd/manager ./cmd/sandbox ./cmd/governance; \
	done
	@go -C hack/tools run ./image -out $(CURDIR)/dist/image -version $(VERSION) -revision $$(git rev-parse HEAD) -source $(SOURCE) -created $$SOURCE_DATE_EPOCH \
		$(if $(PUSH),-push $(PUSH)) $(foreach platform,$(PLATFORMS),$(platform)=$(CURDIR)/dist/bin/$(platform)) | tee dist/image.digest

# Platforms of the command line, as GOOS/GOARCH, and those for which every change is compiled.
PLUGIN_PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
CROSS_PLATFORMS := darwin/arm64 windows/amd64

.PHONY: plugin
plugin: ## Pack the command line for every platform, with the manifest for krew, in dist/plugin (PLUGIN_PLATFORMS=linux/amd64: this one alone). Minutes, the first time.
	@rm -rf dist/plugin; mkdir -p dist/plugin
	@for platform in $(PLUGIN_PLATFORMS); do \
		echo "building $$platform" >&2; \
		GOTOOLCHAIN=$(RELEASE_GO) GOOS=$${platform%/*} GOARCH=$${platform#*/} $(GO_BUILD) \
			-o dist/plugin/bin/$${platform/\//_}/kubectl-governance$$(if [[ $$platform == windows/* ]]; then echo .exe; fi) ./cmd/governance; \
	done
	@go run ./hack/plugin -version $(VERSION)

.PHONY: cross
cross: ## Compile the command line for macOS and Windows. Minutes, the first time.
	@for platform in $(CROSS_PLATFORMS); do \
		echo "building $$platform"; GOOS=$${platform%/*} GOARCH=$${platform#*/} $(GO_BUILD) -o /dev/null ./cmd/governance; \
	done

.PHONY: sbom
sbom: $(BIN)/cyclonedx-gomod ## Write what the binaries are made of, with licences, to dist/sbom (CycloneDX).
	@mkdir -p dist/sbom
	@for command in manager sandbox governance; do for platform in $(PLATFORMS); do \
		file=dist/sbom/$$command-$${platform//\//-}.cdx.json; echo "writing $$file"; \
		GOTOOLCHAIN=$(RELEASE_GO) GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0 $(BIN)/cyclonedx-gomod app -json -licenses -std -noserial -notimestamp -main cmd/$$command -output $$file .; \
	done; done

# Types of licence that what is shipped may not have, by the classes of github.com/google/licenseclassifier.
DISALLOWED := forbidden,restricted,reciprocal,unknown

.PHONY: licenses
licenses: $(BIN)/go-licenses ## Refuse licences that do not go with ours, and collect the texts of the others in dist/licenses. Needs no network.
	$(BIN)/go-licenses check ./cmd/... --disallowed_types=$(DISALLOWED) 2>/dev/null || { $(BIN)/go-licenses check ./cmd/... --disallowed_types=$(DISALLOWED) 2>&1 | grep -v 'non-Go code\|\.s$$'; exit 1; }
	@rm -rf dist/licenses; mkdir -p dist
	@$(BIN)/go-licenses save ./cmd/... --save_path=dist/licenses 2>/dev/null
	@echo "$$(find dist/licenses -type f | wc -l) texts of licences in dist/licenses"

.PHONY: vulnerabilities
vulnerabilities: $(GOVULNCHECK) ## Look for known vulnerabilities in what the binaries call, also without a network.
	@GOTOOLCHAIN=$(RELEASE_GO) hack/vulnerabilities.sh $(GOVULNCHECK) $(BIN)/vulndb-index ./cmd/...

##@ Deployment

.PHONY: docker-build
docker-build: ## Build the image IMG of the manager.
	docker build --build-arg VERSION=$(VERSION) -t $(IMG) .

.PHONY: build-installer
build-installer: manifests $(KUSTOMIZE) ## Write everything that "make deploy" applies to dist/install.yaml.
	@mkdir -p dist
	$(KUSTOMIZE) build config/default | sed 's|image: governance-operator:dev$$|image: $(IMG)|' >dist/install.yaml

.PHONY: install
install: manifests $(KUSTOMIZE) ## Install the CRDs in the cluster of your kubeconfig.
	$(KUSTOMIZE) build config/crd | kubectl apply --server-side -f -

.PHONY: deploy
deploy: build-installer ## Install the CRDs and the manager with the image IMG.
	kubectl apply --server-side -f dist/install.yaml

.PHONY: uninstall
uninstall: $(KUSTOMIZE) ## Remove the CRDs and every object of theirs; nothing is deleted at a vendor. Before "make undeploy".
	$(KUSTOMIZE) build config/crd | kubectl delete --ignore-not-found -f -

.PHONY: undeploy
undeploy: $(KUSTOMIZE) ## Remove what is left after "make uninstall".
	@if kubectl get crd appentitlements.governance-operator.io >/dev/null 2>&1; then echo "run \"make uninstall\" first: the manager has to let go of the objects"; exit 1; fi
	$(KUSTOMIZE) build config/default | kubectl delete --ignore-not-found -f -

##@ Tools

.PHONY: control-plane
control-plane: ## Find or build etcd and kube-apiserver (minutes, the first time).
	@hack/controlplane/build.sh

.PHONY: tools
tools: $(CONTROLLER_GEN) $(KUSTOMIZE) $(CRD_REF_DOCS) $(HELM_DOCS) $(HELM) $(GOVULNCHECK) $(GOLANGCI_LINT) ## Build all development tools into bin/.

$(CONTROLLER_GEN): PACKAGE := sigs.k8s.io/controller-tools/cmd/controller-gen
$(KUSTOMIZE): PACKAGE := sigs.k8s.io/kustomize/kustomize/v5
$(CRD_REF_DOCS): PACKAGE := github.com/elastic/crd-ref-docs
$(HELM_DOCS): PACKAGE := github.com/norwoodj/helm-docs/cmd/helm-docs
# Minutes, the first time; it is a tool of tests alone.
$(HELM): PACKAGE := helm.sh/helm/v4/cmd/helm
$(ACTIONLINT): PACKAGE := github.com/rhysd/actionlint/cmd/actionlint
$(GOVULNCHECK): PACKAGE := golang.org/x/vuln/cmd/govulncheck
$(BIN)/vulndb-index: PACKAGE := golang.org/x/vulndb/cmd/indexdb
$(BIN)/cyclonedx-gomod: PACKAGE := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
$(BIN)/go-licenses: PACKAGE := github.com/google/go-licenses/v2
$(CONTROLLER_GEN) $(KUSTOMIZE) $(CRD_REF_DOCS) $(HELM_DOCS) $(HELM) $(ACTIONLINT) $(GOVULNCHECK) $(BIN)/vulndb-index $(BIN)/cyclonedx-gomod $(BIN)/go-licenses: hack/tools/go.sum
	@echo "building bin/$(@F)"
	@go -C hack/tools build -o $@ $(PACKAGE)
	@touch $@

$(GINKGO): go.sum
	@echo "building bin/$(@F)"
	@go build -o $@ github.com/onsi/ginkgo/v2/ginkgo
	@touch $@

# golangci-lint with the linter of Kubernetes' API conventions built in.
$(GOLANGCI_LINT): hack/tools/lint/go.sum
	@echo "building bin/$(@F)"
	@go -C hack/tools/lint build -o $@ sigs.k8s.io/kube-api-linter/cmd/golangci-lint-kube-api-linter
	@touch $@
