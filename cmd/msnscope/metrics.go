// This file tells monitoring how a running proxy fares: /metrics for
// Prometheus, /healthz and /readyz, on an address of their own.

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"msnscope/captures"
	"msnscope/captures/event"
	"msnscope/proxy"
	"msnscope/proxy/script"
	"msnscope/web"
)

// maxBehind is how many bytes the index may be behind the capture while the
// proxy calls itself ready: some seconds of heavy traffic.
const maxBehind = 64 << 20

// vitals is what monitoring is told of.
type vitals struct {
	proxy *proxy.Proxy
	store *captures.Store
	file  *captures.Recording
	page  *web.Server
	set   *metrics.Set
}

// newVitals adds to set what can be asked of the parts.
func newVitals(set *metrics.Set, p *proxy.Proxy, store *captures.Store, file *captures.Recording, page *web.Server) *vitals {
	v := &vitals{p, store, file, page, set}
	gauge := func(name string, f func() float64) { v.set.NewGauge(name, f) }
	status := func(f func(s proxy.Status) float64) func() float64 {
		return func() float64 { return f(p.Status()) }
	}
	gauge("msnscope_connections_open", status(func(s proxy.Status) float64 { return float64(s.Connections) }))
	gauge("msnscope_connections_total", status(func(s proxy.Status) float64 { return float64(s.Total) }))
	gauge("msnscope_connections_refused_total", status(func(s proxy.Status) float64 { return float64(s.Refused) }))
	gauge("msnscope_listeners", status(func(s proxy.Status) float64 { return float64(len(s.Ways) + len(s.Announced)) }))
	for dir, name := range [2]string{"c2s", "s2c"} {
		gauge(`msnscope_bytes_total{dir="`+name+`"}`, status(func(s proxy.Status) float64 { return float64(s.Bytes[dir]) }))
		gauge(`msnscope_commands_total{dir="`+name+`"}`, status(func(s proxy.Status) float64 { return float64(s.Commands[dir]) }))
	}
	gauge("msnscope_redirects_rewritten_total", status(func(s proxy.Status) float64 { return float64(s.Rewritten) }))
	gauge("msnscope_capture_lost_bytes_total", func() float64 { return float64(file.Lost()) })
	gauge("msnscope_capture_failing", func() float64 { return number(file.Trouble() != nil) })
	gauge("msnscope_index_behind_bytes", func() float64 { return float64(store.Behind()) })
	gauge("msnscope_held_commands", func() float64 { return float64(len(p.Intercepted().Held)) })
	gauge("msnscope_pages_open", func() float64 { return float64(page.Pages()) })
	gauge("msnscope_page_views_open", func() float64 { return float64(page.Views()) })
	gauge(`msnscope_build_info{version="`+fullVersion()+`"}`, func() float64 { return 1 })
	return v
}

// watchScripts adds how add-ons fare.
func (v *vitals) watchScripts(scripts []*script.Script) {
	for i, s := range scripts {
		of := fmt.Sprintf(`{script="%d %s"}`, i+1, s.Name())
		v.set.NewGauge("msnscope_script_running"+of, func() float64 { return number(s.Status().Running) })
		v.set.NewGauge("msnscope_script_asked_total"+of, func() float64 { return float64(s.Status().Asked) })
		v.set.NewGauge("msnscope_script_late_total"+of, func() float64 { return float64(s.Status().Late) })
		v.set.NewGauge("msnscope_script_starts_total"+of, func() float64 { return float64(s.Status().Starts) })
	}
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// answers returns what counts the times that answers took.
func answers(set *metrics.Set) func(e *event.Event) {
	bounds := metrics.ExponentialBuckets(100e-6, 2, 18) // seconds: 100 µs to 13 s
	return func(e *event.Event) {
		role := cmp.Or(e.Role.String(), "unknown") // of a connection's first commands
		set.GetOrCreatePrometheusHistogramExt(`msnscope_answer_seconds{role="`+role+`"}`, bounds).Update(float64(e.Latency) / 1e9)
	}
}

// unready says why the proxy does not do all that it should; nil if it does.
func (v *vitals) unready() error {
	var why []error
	if v.proxy.Status().Stopping {
		why = append(why, errors.New("the proxy is stopping"))
	}
	if err := v.file.Trouble(); err != nil {
		why = append(why, fmt.Errorf("recording has gaps: %w", err))
	}
	if n := v.store.Behind(); n > maxBehind {
		why = append(why, fmt.Errorf("the index is %d MB behind the capture", n>>20))
	}
	return errors.Join(why...)
}

func (v *vitals) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		v.set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
		metrics.WriteFDMetrics(w)
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if err := v.unready(); err != nil {
			http.Error(w, strings.ReplaceAll(err.Error(), "\n", "; "), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}

// serve answers on l until ctx is done.
func (v *vitals) serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler: v.handler(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute,
		ReadTimeout: 2 * time.Minute, WriteTimeout: 2 * time.Minute, // a profile takes its time
	}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
