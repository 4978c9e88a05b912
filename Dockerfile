# The image of the manager, run by nobody. The sandbox, fake tenants to try it with, and governance, tools for a tenant's owner, are static
# binaries in it as well; nothing else is:
# no base image to keep up to date, and no shell. "make image" builds the same without a daemon.
#
#   docker build --build-arg VERSION=v0.1.0 -t governance-operator:v0.1.0 .
#
# The one image that it is built with is an argument, so that it can be pinned, or come from a registry of your own:
#
#   --build-arg GO_IMAGE=golang:1.26@sha256:…
ARG GO_IMAGE=golang:1.26
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
ARG TARGETOS=linux
ARG TARGETARCH=amd64
ARG VERSION=dev
WORKDIR /src
# The modules first: they change less often than the code.
COPY go.mod go.sum ./
RUN go mod download
COPY api/ api/
COPY cmd/ cmd/
COPY config/ config/
COPY docs/troubleshooting.go docs/troubleshooting.md docs/
COPY internal/ internal/
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o / ./cmd/manager ./cmd/sandbox ./cmd/governance

FROM scratch
ARG VERSION=dev
LABEL org.opencontainers.image.title="governance-operator" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/governance-operator/governance-operator" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /manager /sandbox /governance /
USER 65532:65532
ENTRYPOINT ["/manager"]
