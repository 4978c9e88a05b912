// Package reasonstest lists the reasons that the API declares, for tests.
package reasonstest
