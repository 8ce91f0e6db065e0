// This file exports a store.

package captures

import (
	"context"
	"io"

	"msnscope/captures/event"
	"msnscope/captures/export"
	"msnscope/captures/filter"
	"msnscope/captures/pseudonym"
	"msnscope/captures/textlog"
	"msnscope/decode"
)

// Export says what to export and how.
type Export struct {
	Format       string // of ExportFormats
	Scope        Scope
	Filter       *filter.Query    // nil: everything
	Secrets      bool             // leave digests, tickets and cookies as they are instead of masking them
	Pseudonymise bool             // invented people, texts, addresses and secrets for the real ones
	Side         decode.Direction // go, python: whose part the script plays
}

// ExportFormats are the formats of Store.Export.
func ExportFormats() []export.Format {
	return append(append([]export.Format(nil), export.Formats...), textlog.Formats...)
}

// ExportFormat finds a format by its name.
func ExportFormat(name string) (export.Format, bool) {
	for _, f := range ExportFormats() {
		if f.Name == name {
			return f, true
		}
	}
	return export.Format{}, false
}

// Export writes what x selects, in constant memory.
func (s *Store) Export(ctx context.Context, w io.Writer, x Export) error {
	src := s.source(ctx, x.Scope, x.Filter)
	o := export.Options{Secrets: x.Secrets, Side: x.Side}
	if x.Pseudonymise {
		src = pseudonym.New().Source(unmarked(src))
		o.Secrets = true // they are invented
	}
	if textlog.IsFormat(x.Format) {
		return textlog.Write(w, x.Format, src, o)
	}
	return export.Write(w, x.Format, src, o)
}

// unmarked is a source without what users have added: their words may name
// anybody.
func unmarked(src export.Source) export.Source {
	walk, sessions := src.Walk, src.Sessions
	src.Walk = func(session int64, f func(*event.Event) error) error {
		return walk(session, func(e *event.Event) error {
			bare := *e
			bare.Mark = event.Mark{}
			return f(&bare)
		})
	}
	src.Sessions = func() []event.Session {
		list := sessions()
		for i := range list {
			list[i].Label = event.Label{}
		}
		return list
	}
	return src
}

// source is what an export reads.
func (s *Store) source(ctx context.Context, scope Scope, q *filter.Query) export.Source {
	return export.Source{
		Walk: func(session int64, f func(*event.Event) error) error {
			within := scope
			if session > 0 && scope == (Scope{}) {
				within.Session = session
			}
			return s.Walk(ctx, within, q, func(e *event.Event) error {
				if session != export.AllSessions && e.Session != session {
					return nil
				}
				return f(e)
			})
		},
		Connection: func(id int64) *event.Connection {
			if c, ok := s.Connection(id); ok {
				return &c
			}
			return nil
		},
		Sessions: func() []event.Session {
			only := scope.Session
			if scope.Connection != 0 {
				c, _ := s.Connection(scope.Connection)
				only = c.Session
				if only == 0 {
					return nil
				}
			}
			if only == 0 {
				return s.Sessions()
			}
			if one, ok := s.Session(only); ok {
				return []event.Session{one}
			}
			return nil
		},
	}
}
