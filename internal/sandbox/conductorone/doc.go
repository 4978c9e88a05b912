// Package conductorone fakes the ConductorOne HTTP API: tokens, access profiles (request catalogs), app entitlements,
// access reviews, and the look-ups by name around them.
//
// The fake is strict. Requests are checked against the field tables in tables/; unknown properties, wrong types, unknown
// enumeration values, forbidden update masks and doubly set oneofs are refused and recorded as rejections. It is written
// from docs/vendors/conductorone-api.md alone and shares no type with the driver, so that a misreading cannot agree with itself.
package conductorone
