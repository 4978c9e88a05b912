// Package sailpoint is a fake SailPoint Identity Security Cloud that is as strict as the real one is documented to be.
//
// Field tables in tables/ list what requests may hold. A request that breaks them, or a rule of the API's method, is refused
// and recorded as a rejection. Refusals any client may meet (names that are taken, things that are not found or in use,
// states that do not allow it) are not recorded. Comments cite headings of docs/vendors/sailpoint-api.md.
package sailpoint
