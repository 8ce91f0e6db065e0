// This file decides who may ask: the headers of every answer, the Host and
// Origin checks and the token.

package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// contentPolicy allows the page's own files and nothing else. The page shows
// bytes that strangers sent; should one of them ever become markup, it finds
// no script to run and nowhere to send anything.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'; " +
	"require-trusted-types-for 'script'; trusted-types svelte-trusted-html"

// guard lets through to next only who may ask.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // the page's files say otherwise

		// The rest of a body is read even if its request is refused, so that the answer
		// is not lost: whoever never sends it would be kept for good, token or not.
		if r.Body != http.NoBody {
			http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.timing.body))
		}
		if r.URL.Path == "/healthz" { // tells nothing, so anyone may ask
			next.ServeHTTP(w, r)
			return
		}
		if !s.hostAllowed(r) {
			fail(w, http.StatusForbidden, "this server does not answer to the name "+printable(r.Host)+
				": use the address that was printed at its start")
			return
		}
		bearer := s.bearer(r)
		if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet &&
			(s.rightToken(token) || s.cookie(r)) {
			s.admit(w, r, token)
			return
		}
		if !bearer && !s.cookie(r) {
			s.refuse(w, r)
			return
		}
		if changes(r) && !originAllowed(r, bearer) {
			fail(w, http.StatusForbidden, "a page of another origin may not ask this")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// changes reports whether the request does more than read: another site's
// page may send these, cookies and all, unless the origin is looked at.
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.Path == "/api/ws"
}

// hostAllowed guards against DNS rebinding, where a stranger's name is made to
// point at this machine: the Host must be a loopback name, the very address
// the connection came in on, or a configured name.
func (s *Server) hostAllowed(r *http.Request) bool {
	host := hostOnly(r.Host)
	if strings.EqualFold(host, "localhost") {
		return true
	}
	if slices.ContainsFunc(s.Hosts, func(h string) bool { return strings.EqualFold(hostOnly(h), host) }) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	if ip = ip.Unmap(); ip.IsLoopback() {
		return true
	}
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if local, err := netip.ParseAddrPort(a.String()); err == nil {
			return local.Addr().Unmap().WithZone("") == ip
		}
	}
	return false
}

// hostOnly returns a Host header without port and brackets.
func hostOnly(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// originAllowed reports whether the request comes from this server's own page.
// Browsers send an Origin with every websocket and POST; a script that shows
// the token in a header needs none.
func originAllowed(r *http.Request, bearer bool) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return bearer
	}
	u, err := url.Parse(origins[0])
	return err == nil && len(origins) == 1 && (u.Scheme == "http" || u.Scheme == "https") &&
		u.User == nil && strings.EqualFold(u.Host, r.Host)
}

func (s *Server) rightToken(t string) bool {
	return s.Token != "" && subtle.ConstantTimeCompare([]byte(t), []byte(s.Token)) == 1
}

func (s *Server) bearer(r *http.Request) bool {
	scheme, t, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && s.rightToken(strings.TrimSpace(t))
}

// cookieName differs between servers, for browsers keep one set of cookies
// for all ports of a host.
func (s *Server) cookieName() string {
	sum := sha256.Sum256([]byte(s.Token))
	return "msnscope-" + hex.EncodeToString(sum[:4])
}

func (s *Server) cookie(r *http.Request) bool {
	c, err := r.Cookie(s.cookieName())
	return err == nil && s.rightToken(c.Value)
}

// admit answers an address with the token in it: the token moves into a
// cookie, so that it stays out of the address bar, histories and bookmarks.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, token string) {
	if s.rightToken(token) {
		http.SetCookie(w, &http.Cookie{
			Name: s.cookieName(), Value: token, Path: "/",
			HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
	}
	q := r.URL.Query()
	q.Del("token")
	// One slash only: "//host/" would lead to another server.
	to := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, "/\\"), RawQuery: q.Encode()}
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusSeeOther)
}

const refusal = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>msnscope</title></head>
<body><h1>msnscope</h1>
<p>This page needs its token. The address that has it in it was printed in the terminal where msnscope was started: open that one.
It looks like <code>http://127.0.0.1:8863/?token=…</code></p>
</body></html>
`

func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		fail(w, http.StatusUnauthorized, "the token is missing or wrong: send it as \"Authorization: Bearer TOKEN\"")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	if r.Method != http.MethodHead {
		w.Write([]byte(refusal))
	}
}

// printable shortens what a stranger sent for an error text.
func printable(s string) string {
	if len(s) > 100 {
		s = s[:100] + "…"
	}
	return `"` + strings.ToValidUTF8(s, "�") + `"`
}
