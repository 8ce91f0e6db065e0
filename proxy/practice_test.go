// This file plays whole sign-ins and chats of the practice clients through a
// proxy, against the practice server with its parts at different addresses.

package proxy

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"msnscope/proxy/msnptest"
)

func TestPractice(t *testing.T) {
	for name, config := range map[string]msnptest.Config{
		"apart": {DS: []string{"127.0.0.1:0"}, NS: []string{"127.0.0.2:0", "127.0.0.3:0"}, SB: []string{"127.0.0.2:0", "127.0.0.3:0"}},
		"one":   {All: "127.0.0.2:0"},
		"no DS": {NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.3:0"}},
		"cut":   {DS: []string{"127.0.0.1:0"}, NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.3:0"}, Writing: msnptest.Pieces},
		"glued": {DS: []string{"127.0.0.1:0"}, NS: []string{"127.0.0.2:0"}, SB: []string{"127.0.0.3:0"}, Writing: msnptest.Glued},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			config.Accounts, config.Record = msnptest.StoryAccounts(), true
			server, err := msnptest.Start(config)
			must(t, err)
			defer server.Close()
			file, path := recorder(t)
			p := serve(t, &Proxy{Upstream: server.DispatchAddr(), Recorder: file, FileTransfers: name == "cut"})
			story := &msnptest.Story{Address: p.Addr().String(), Server: server, Pace: time.Microsecond, Scenes: 12}
			must(t, story.Run(ctx))
			must(t, server.Drained(ctx))
			waitClosed(t, p)
			if c := server.Complaints(); len(c) > 0 {
				t.Errorf("the server complains: %q", c)
			}
			// Beside those to the server there are the story's file transfers.
			if got, all := int(p.Status().Total), len(server.Log()); got < all || got > all && !p.FileTransfers {
				t.Errorf("%d connections went through the proxy, the server had %d", got, all)
			}
			if _, err := exec.LookPath("tshark"); err != nil {
				t.Skip("tshark is not installed: Wireshark's view of the capture is not checked")
			}
			odd, err := exec.Command("tshark", "-r", path, "-Y", "tcp.analysis.flags and not tcp.analysis.reused_ports or _ws.malformed").Output()
			if err != nil || strings.TrimSpace(string(odd)) != "" {
				t.Errorf("tshark: %v\n%s", err, odd)
			}
		})
	}
}
