// This file plays sessions again for the page.

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"msnscope/captures/record"
	"msnscope/proxy"
	"msnscope/proxy/replay"
	"msnscope/web"
)

// player is a web.Player.
type player struct {
	page netip.AddrPort // of the page itself, which is no MSN server
}

var errOwnPage = errors.New("that is msnscope's own page")

// Play is part of web.Player.
func (p player) Play(ctx context.Context, r web.Replay, path string, told web.ReplayWatch) (web.ReplayReport, error) {
	rec := replay.NewRecording()
	if err := r.Events(rec.Add); err != nil {
		return web.ReplayReport{}, err
	}
	file, err := record.Open(path)
	if err != nil {
		return web.ReplayReport{}, err
	}
	report, err := p.play(ctx, r, rec, file, told)
	if ctx.Err() != nil {
		err = nil // it was ended, and there is what there is
	}
	return reportOf(report), errors.Join(err, file.Close())
}

func (p player) play(ctx context.Context, r web.Replay, rec *replay.Recording, file *record.File, told web.ReplayWatch) (*replay.Report, error) {
	watch := func(c replay.Passed) {
		role := c.Role.String()
		told.Passed(web.ReplayPassed{Event: c.Event, Role: role, Dir: c.Dir.String(), Then: c.Then, Now: c.Now, Why: c.Why})
	}
	if r.To != "" {
		return replay.Client{
			To: r.To, Passwords: r.Passwords, Wait: r.Wait, Speed: r.Speed, Recorder: file, Progress: told.Step, Watch: watch,
			Allow: func(a netip.AddrPort) error {
				if proxy.Reaches(a, p.page) {
					return errOwnPage
				}
				return nil
			},
		}.Play(ctx, rec)
	}
	l, err := net.Listen("tcp", r.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another address", r.Listen, err)
	}
	defer l.Close()
	told.Listening(l.Addr().String())
	return replay.Server{Recorder: file, Progress: told.Step, Watch: watch}.Serve(ctx, l, rec)
}

func reportOf(r *replay.Report) web.ReplayReport {
	if r == nil {
		return web.ReplayReport{}
	}
	out := web.ReplayReport{Connections: r.Connections, Said: r.Said, Heard: r.Heard, Missed: r.Missed, Extra: r.Extra}
	for _, m := range r.Mishaps {
		out.Mishaps = append(out.Mishaps, web.ReplayMishap{Event: m.Event, Text: m.Text})
	}
	return out
}
