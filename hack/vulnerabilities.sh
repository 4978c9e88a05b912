#!/usr/bin/env bash
# Known vulnerabilities of what the binaries call: by the live database, or where that cannot be
# reached by the copy that hack/tools pins, and then it says so.
#
#   hack/vulnerabilities.sh bin/govulncheck bin/vulndb-index packages…
#
# Ends with 3 if there are some, as govulncheck does.
set -euo pipefail
govulncheck=$1
index=$2
shift 2

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
outcome=0
"$govulncheck" "$@" >"$answer" 2>&1 || outcome=$?
if ((outcome == 1)) && grep -q 'fetching vulnerabilities' "$answer"; then
	make -s "$index"
	module=$(go -C hack/tools list -m -f '{{.Dir}} {{.Version}}' golang.org/x/vulndb)
	database=dist/vulndb
	rm -rf "$database"
	mkdir -p dist
	"$index" -vulns "${module% *}/data/osv" -out "$database"
	echo "The live database of vulnerabilities cannot be reached: this is what the copy ${module#* } knows, which is as old as its date says."
	outcome=0
	"$govulncheck" -db "file://$PWD/$database" "$@" >"$answer" 2>&1 || outcome=$?
fi
cat "$answer"
exit "$outcome"
