# The image of the manager, run by nobody. The sandbox, fake tenants to try it with, is a second static binary in it; nothing else is.
#
#   docker build --build-arg VERSION=v0.1.0 -t governance-operator:v0.1.0 .
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS=linux
ARG TARGETARCH=amd64
ARG VERSION=dev
WORKDIR /src
# The modules first: they change less often than the code.
COPY go.mod go.sum ./
RUN go mod download
COPY api/ api/
COPY cmd/ cmd/
COPY internal/ internal/
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o / ./cmd/manager ./cmd/sandbox

FROM gcr.io/distroless/static:nonroot
COPY --from=build /manager /sandbox /
USER 65532:65532
ENTRYPOINT ["/manager"]
