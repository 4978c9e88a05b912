// Package wire is what every fake vendor needs to be strict about its wire: field tables that requests are checked
// against, records that remember their past, a store for each tenant, errors that say whether a request broke the contract,
// and the reading of requests. What a vendor's rules are is data in its tables, or stays with the vendor.
package wire
