#!/usr/bin/env bash
# Finds or builds the control plane of the tests and the demo: etcd and
# kube-apiserver in bin/k8s, and kubectl where none is installed.
#
#   hack/controlplane/build.sh
#
# KUBEBUILDER_ASSETS, when it names a folder with etcd and kube-apiserver, is used
# as it is. Otherwise both are built from the modules pinned in go.mod beside this
# file: some minutes and about 4 GiB of build cache the first time, nothing after that.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(cd "$here/../.." && pwd)/bin/k8s

say() { printf '%s\n' "$*" >&2; }

if [[ -n ${KUBEBUILDER_ASSETS:-} && ! $KUBEBUILDER_ASSETS -ef $out && -x $KUBEBUILDER_ASSETS/etcd && -x $KUBEBUILDER_ASSETS/kube-apiserver ]]; then
	say "control plane: using $KUBEBUILDER_ASSETS (KUBEBUILDER_ASSETS)"
	exit 0
fi

kubernetes=$(go -C "$here" list -m -f '{{.Version}}' k8s.io/kubernetes)
etcd=$(go -C "$here" list -m -f '{{.Version}}' go.etcd.io/etcd/server/v3)
IFS=. read -r major minor _ <<<"${kubernetes#v}"
version=k8s.io/component-base/version
ldflags="-s -w -X $version.gitVersion=$kubernetes -X $version.gitMajor=$major -X $version.gitMinor=$minor"

# present NAME VERSION: bin/k8s/NAME was built for VERSION, by its stamp or by its own word.
present() {
	[[ -x $out/$1 ]] || return 1
	if [[ -f $out/.$1.version ]]; then
		[[ $(<"$out/.$1.version") == "$2" ]]
		return
	fi
	case $1 in
	etcd) [[ v$("$out/etcd" --version | sed -n 's/^etcd Version: //p') == "$2" ]] ;;
	kube-apiserver) [[ $("$out/kube-apiserver" --version) == "Kubernetes $2" ]] ;;
	*) return 1 ;;
	esac && printf '%s\n' "$2" >"$out/.$1.version"
}

# build NAME VERSION PACKAGE: says every 15 seconds that it is still at work.
build() {
	local started=$SECONDS log
	log=$(mktemp)
	say "building $1 $2 …"
	CGO_ENABLED=0 go -C "$here" build -trimpath -ldflags "$ldflags" -o "$out/.$1.new" "$3" >"$log" 2>&1 &
	local pid=$! next=$((SECONDS + 15))
	trap 'kill '"$pid"' 2>/dev/null || true' INT TERM
	while kill -0 "$pid" 2>/dev/null; do
		sleep 1
		if ((SECONDS >= next)); then
			say "building $1 … $((SECONDS - started)) s"
			next=$((SECONDS + 15))
		fi
	done
	trap - INT TERM
	if ! wait "$pid"; then
		cat "$log" >&2
		rm -f "$log" "$out/.$1.new"
		say "building $1 $2 failed"
		return 1
	fi
	rm -f "$log"
	mv "$out/.$1.new" "$out/$1"
	printf '%s\n' "$2" >"$out/.$1.version"
	say "built $1 $2 in $((SECONDS - started)) s"
}

# ensure NAME VERSION PACKAGE
ensure() {
	if present "$1" "$2"; then
		return
	fi
	build "$@"
}

mkdir -p "$out"
ensure etcd "$etcd" go.etcd.io/etcd/server/v3
ensure kube-apiserver "$kubernetes" k8s.io/kubernetes/cmd/kube-apiserver
if ! command -v kubectl >/dev/null; then
	ensure kubectl "$kubernetes" k8s.io/kubernetes/cmd/kubectl
fi
say "control plane: Kubernetes $kubernetes, etcd $etcd in ${out#"$PWD"/}"
