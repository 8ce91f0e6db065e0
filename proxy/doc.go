// Package proxy stands between MSNP clients and their servers: it forwards
// every byte as it came, records it before it does so, and rewrites only the
// addresses that would lead clients past it.
//
//	p := &proxy.Proxy{
//		Upstream: "messenger.example.org",
//		Listen:   []string{"127.0.0.1:1863"},
//		Recorder: file, // of captures/record, or nil
//	}
//	err := p.Serve(ctx) // until ctx is cancelled and the connections have drained
//
// The way of a byte through the package: a listener (listen.go) accepts a
// connection; its first line says which server it wants (route.go), by the
// cookies and ports handed out before (cookies.go); that server is dialled
// (dial.go); two pumps (pump.go) carry the bytes, of which redirects are
// rewritten (redirect.go). With FileTransfers so are the invitations on
// switchboards, and the transfers come through as well (transfer.go).
package proxy
