// This file tests what the log says of answers that break off.

package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A download that somebody ends is no error of the server.
func TestAbortIsToldByWhoseFault(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx   context.Context
		level string
	}{
		"whoever asked has gone":   {gone, "level=DEBUG"},
		"something cannot be read": {t.Context(), "level=ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := &Server{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
			defer func() {
				if v := recover(); v != http.ErrAbortHandler {
					t.Errorf("panic %v, want the answer broken off", v)
				}
				if !strings.Contains(log.String(), c.level) {
					t.Errorf("the log says %q, want %s", log.String(), c.level)
				}
			}()
			s.abort(httptest.NewRequestWithContext(c.ctx, "GET", "/api/export", nil), errors.New("why"))
		})
	}
}
