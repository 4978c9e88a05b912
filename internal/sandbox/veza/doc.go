// Package veza is a strict fake of the Veza API that the operator uses: access profiles with their types, versions, drafts and
// members, the look-ups of graph entities, datasources, identities and policies, and access reviews.
//
// It knows docs/vendors/veza-api.md and nothing else: the request bodies are the field tables in tables/, what the vendor refuses is what
// its documents say it refuses, and where the documents say nothing the fake takes the reading that is hardest on a client.
// What a tenant might do differently is a feature of the settings. Comments cite headings of docs/vendors/veza-api.md.
package veza
