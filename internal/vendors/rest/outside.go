package rest

import (
	"errors"
	"net/http"
	"net/netip"
	"syscall"
)

// errInside: the name of an endpoint means this host.
var errInside = errors.New("the endpoint's name resolves to an address of the manager's own host")

// outsideOnly refuses addresses of this host and of the link. It is asked for each address that a name means.
func outsideOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errInside
	}
	if ip := at.Addr().Unmap(); ip.IsLoopback() || ip.IsUnspecified() || ip.IsLinkLocalUnicast() {
		return errInside
	}
	return nil
}

// proxied reports whether calls to base go through a proxy, which may well be beside the manager.
func proxied(base string) bool {
	req, err := http.NewRequest(http.MethodGet, base, nil)
	if err != nil {
		return false
	}
	proxy, err := http.ProxyFromEnvironment(req)
	return err == nil && proxy != nil
}
