// This file tests who may ask what.

package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const testToken = "letmein-123"

func TestGuard(t *testing.T) {
	s := &Server{Token: testToken, Hosts: []string{"scope.example:8863"}}
	s.init()
	h := s.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "in") }))
	cookie := s.cookieName() + "=" + testToken
	for _, c := range []struct {
		name, method, path, host string
		header                   map[string]string
		status                   int
	}{
		{"nothing shown", "GET", "/", "127.0.0.1:8863", nil, 401},
		{"nothing shown to the API", "GET", "/api/sessions", "127.0.0.1:8863", nil, 401},
		{"bearer", "GET", "/api/sessions", "127.0.0.1:8863", map[string]string{"Authorization": "Bearer " + testToken}, 200},
		{"bearer in lower case", "GET", "/", "127.0.0.1:8863", map[string]string{"Authorization": "bearer " + testToken}, 200},
		{"wrong bearer", "GET", "/", "127.0.0.1:8863", map[string]string{"Authorization": "Bearer " + testToken + "4"}, 401},
		{"empty bearer", "GET", "/", "127.0.0.1:8863", map[string]string{"Authorization": "Bearer "}, 401},
		{"basic", "GET", "/", "127.0.0.1:8863", map[string]string{"Authorization": "Basic " + testToken}, 401},
		{"cookie", "GET", "/", "127.0.0.1:8863", map[string]string{"Cookie": cookie}, 200},
		{"wrong cookie", "GET", "/", "127.0.0.1:8863", map[string]string{"Cookie": cookie + "4"}, 401},
		{"another server's cookie", "GET", "/", "127.0.0.1:8863", map[string]string{"Cookie": "msnscope-0=" + testToken}, 401},
		{"token in the address", "GET", "/?token=" + testToken, "127.0.0.1:8863", nil, 303},
		{"wrong token in the address", "GET", "/?token=x", "127.0.0.1:8863", nil, 401},
		{"token in the address of a POST", "POST", "/api/import?token=" + testToken, "127.0.0.1:8863", nil, 401},
		{"old token, cookie still good", "GET", "/?token=x", "127.0.0.1:8863", map[string]string{"Cookie": cookie}, 303},

		{"localhost", "GET", "/", "localhost:8863", map[string]string{"Cookie": cookie}, 200},
		{"another loopback address", "GET", "/", "127.3.2.1", map[string]string{"Cookie": cookie}, 200},
		{"IPv6 loopback", "GET", "/", "[::1]:8863", map[string]string{"Cookie": cookie}, 200},
		{"IPv6 loopback without port", "GET", "/", "[::1]", map[string]string{"Cookie": cookie}, 200},
		{"the address it came in on", "GET", "/", "192.168.1.20:8863", map[string]string{"Cookie": cookie}, 200},
		{"a configured name", "GET", "/", "scope.example", map[string]string{"Cookie": cookie}, 200},
		{"another address", "GET", "/", "192.168.1.21:8863", map[string]string{"Cookie": cookie}, 403},
		{"a stranger's name", "GET", "/", "evil.example:8863", map[string]string{"Cookie": cookie}, 403},
		{"a name that begins well", "GET", "/", "127.0.0.1.evil.example", map[string]string{"Cookie": cookie}, 403},
		{"a stranger's name with the token", "GET", "/?token=" + testToken, "evil.example", nil, 403},
		{"no host", "GET", "/", "", map[string]string{"Cookie": cookie}, 403},

		{"POST of our page", "POST", "/api/import", "localhost:8863", map[string]string{"Cookie": cookie, "Origin": "http://localhost:8863"}, 200},
		{"POST of another page", "POST", "/api/import", "localhost:8863", map[string]string{"Cookie": cookie, "Origin": "http://evil.example"}, 403},
		{"POST of another port", "POST", "/api/import", "localhost:8863", map[string]string{"Cookie": cookie, "Origin": "http://localhost:80"}, 403},
		{"POST of a sandbox", "POST", "/api/import", "localhost:8863", map[string]string{"Cookie": cookie, "Origin": "null"}, 403},
		{"POST with a cookie alone", "POST", "/api/import", "localhost:8863", map[string]string{"Cookie": cookie}, 403},
		{"POST of a script", "POST", "/api/import", "localhost:8863", map[string]string{"Authorization": "Bearer " + testToken}, 200},
		{"POST of another page with a bearer", "POST", "/api/import", "localhost:8863", map[string]string{"Authorization": "Bearer " + testToken, "Origin": "http://evil.example"}, 403},
		{"websocket of another page", "GET", "/api/ws", "localhost:8863", map[string]string{"Cookie": cookie, "Origin": "http://evil.example"}, 403},
		{"websocket with a cookie alone", "GET", "/api/ws", "localhost:8863", map[string]string{"Cookie": cookie}, 403},
		{"websocket of our page", "GET", "/api/ws", "localhost:8863", map[string]string{"Cookie": cookie, "Origin": "http://localhost:8863"}, 200},

		{"health", "GET", "/healthz", "anything", nil, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, c.path, nil)
			local := &net.TCPAddr{IP: net.IPv4(192, 168, 1, 20), Port: 8863}
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(local)))
			r.Host = c.host
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
			for _, want := range []struct{ name, value string }{
				{"Content-Security-Policy", contentPolicy},
				{"X-Content-Type-Options", "nosniff"},
				{"Referrer-Policy", "no-referrer"},
				{"Cross-Origin-Opener-Policy", "same-origin"},
				{"Cross-Origin-Resource-Policy", "same-origin"},
			} {
				if got := w.Header().Get(want.name); got != want.value {
					t.Errorf("%s: %q", want.name, got)
				}
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Error("there is no CORS here")
			}
			if w.Code != 200 && strings.Contains(w.Body.String(), testToken) {
				t.Error("the refusal tells the token")
			}
		})
	}
}

func TestTokenMovesIntoCookie(t *testing.T) {
	s := &Server{Token: testToken}
	s.init()
	h := s.guard(http.NotFoundHandler())
	for path, want := range map[string]string{
		"/?token=letmein-123":                              "/",
		"/s/12/e/5?q=cmd:MSG%20a&token=letmein-123":        "/s/12/e/5?q=cmd%3AMSG+a",
		"//evil.example/?token=letmein-123":                "/evil.example/",
		"/\\evil.example/?token=letmein-123":               "/evil.example/",
		"/api/events?token=letmein-123&scope=all&q=%26%3D": "/api/events?q=%26%3D&scope=all",
	} {
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		u, query, _ := strings.Cut(path, "?")
		r.URL.Path, r.URL.RawQuery = u, query
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); w.Code != 303 || got != want {
			t.Errorf("%s: %d to %q, want %q", path, w.Code, got, want)
		}
		c := w.Result().Cookies()
		if len(c) != 1 || c[0].Value != testToken || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].Path != "/" {
			t.Errorf("%s: cookies %v", path, c)
		}
	}
}

func TestNobodyGetsInWithoutAToken(t *testing.T) {
	s := new(Server)
	s.init()
	h := s.guard(http.NotFoundHandler())
	for _, set := range []func(*http.Request){
		func(r *http.Request) {},
		func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") },
		func(r *http.Request) { r.Header.Set("Cookie", s.cookieName()+"=") },
		func(r *http.Request) { r.URL.RawQuery = "token=" },
	} {
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		set(r)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 401 {
			t.Errorf("status %d", w.Code)
		}
	}
}

func TestClientAddresses(t *testing.T) {
	if got := clientAddresses([]string{"127.0.0.1:1863", "host:2", "nonsense"}); len(got) != 2 || got[0] != "127.0.0.1:1863" || got[1] != "host:2" {
		t.Errorf("got %v", got)
	}
	for _, a := range clientAddresses([]string{"0.0.0.0:1863"}) {
		if strings.Contains(a, "0.0.0.0") || strings.Contains(a, "[") || !strings.HasSuffix(a, ":1863") {
			t.Errorf("wildcard stands for %v", a)
		}
	}
	if len(clientAddresses([]string{":1863"})) == 0 {
		t.Error("a wildcard stands for nothing")
	}
}
