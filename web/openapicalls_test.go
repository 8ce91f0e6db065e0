// This file asks each operation of docs/openapi.json, rightly and wrongly.

package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"msnscope/captures"
	"msnscope/captures/pcapfile"
	"msnscope/captures/streams/streamstest"
)

// captures imports files in every way.
func (c *caller) captures() {
	t := c.t
	file := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("../captures/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	binary := "application/octet-stream"
	piece := func(id string, offset int, b []byte, status int) {
		t.Helper()
		c.send(fmt.Sprintf("PUT /api/uploads/%s?offset=%d", id, offset), binary, bytes.NewReader(b), status)
	}
	var u uploadJSON
	create := func(name string, size int) string {
		t.Helper()
		if err := json.Unmarshal(c.call("POST /api/uploads", fmt.Sprintf(`{"name":%q,"size":%d}`, name, size), 201), &u); err != nil {
			t.Fatal(err)
		}
		return u.ID
	}
	c.call("GET /api/captures", "", 200)
	c.send("POST /api/import?name=goserver-netmsmgr.pcap", binary, bytes.NewReader(file("goserver-netmsmgr.pcap")), 200)
	c.send("POST /api/import", binary, strings.NewReader("bad"), 422)
	c.wrong("POST /api/import?name=x")

	b := file("escargot-amsn080-twisted-gtmess.pcap")
	id := create("escargot-amsn080-twisted-gtmess.pcap", len(b))
	c.call("GET /api/uploads", "", 200)
	piece(id, 0, b[:1000], 200)
	piece(id, 0, b[:1000], 409)
	piece("none", 0, b, 404)
	c.call("POST /api/uploads/"+id+"/import", "", 409)
	c.wrong("PUT /api/uploads/" + id + "?offset=1000")
	c.wrong("POST /api/uploads/" + id + "/import")
	piece(id, 1000, append(b[1000:], 0), 413) // all but the last byte is kept
	piece(id, len(b), nil, 200)
	c.call("POST /api/uploads/"+id+"/import", "", 200)
	c.call("POST /api/uploads/"+id+"/import", "", 404)
	c.call("GET /api/imports", "", 200)
	c.call("GET /api/imports/"+id, "", 200)
	c.call("GET /api/imports/none", "", 404)
	c.wrong("GET /api/imports/" + id)
	c.wrong("DELETE /api/imports/" + id)
	c.call("DELETE /api/imports/"+id, "", 204)
	c.call("DELETE /api/imports/"+id, "", 404)

	id = create("bad.pcap", 3)
	piece(id, 0, []byte("bad"), 200)
	c.call("POST /api/uploads/"+id+"/import", "", 422)
	c.call("POST /api/uploads", `{"name":"x"}`, 400)
	c.call("POST /api/uploads", `{"name":"x","size":8589934593}`, 413)
	c.wrong("POST /api/uploads")
	var ids []string
	for range maxUploads {
		ids = append(ids, create("x", 5))
	}
	c.call("POST /api/uploads", `{"size":5}`, 429)
	// One whose piece is under way cannot be taken away.
	out, in := io.Pipe()
	var under sync.WaitGroup
	under.Go(func() {
		req, err := http.NewRequestWithContext(t.Context(), "PUT", c.base+"/api/uploads/"+ids[0]+"?offset=0", out)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Authorization", "Bearer "+testToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		resp.Body.Close()
	})
	if _, err := in.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	for c.status("PUT /api/uploads/"+ids[0]+"?offset=0") != 409 {
	}
	c.call("DELETE /api/uploads/"+ids[0], "", 409)
	in.Close()
	under.Wait()
	for _, id := range ids {
		c.wrong("DELETE /api/uploads/" + id)
		c.call("DELETE /api/uploads/"+id, "", 204)
		c.call("DELETE /api/uploads/"+id, "", 404)
	}

	c.send("POST /api/import?name=gateway.pcap", binary, bytes.NewReader(file("http-gateway.pcap")), 200)
	tr := streamstest.NewTransfer(10_000)
	packets := streamstest.Framing{Link: pcapfile.LinkEthernet}.Packets(
		streamstest.Merge([]streamstest.Conversation{tr.Invitation(), tr.Connection()}))
	c.send("POST /api/import?name=transfer.pcap", binary, bytes.NewReader(streamstest.File{}.Bytes(packets)), 200)
	c.call("GET /api/captures", "", 200)
	for _, path := range []string{"uploads", "imports", "captures"} {
		c.wrong("GET /api/" + path)
	}
}

// reading asks everything that changes nothing.
func (c *caller) reading() {
	var files struct {
		Files []struct{ Connection, Session int64 }
	}
	if err := json.Unmarshal(c.call("GET /api/files", "", 200), &files); err != nil || len(files.Files) != 1 {
		c.t.Fatalf("%v: %+v", err, files)
	}
	file := fmt.Sprintf("GET /api/files/%d", files.Files[0].Connection)
	for _, request := range []string{
		"GET /healthz", "GET /api/openapi.json", "GET /api/event.schema.json", "GET /api/sessions", "GET /api/sessions?order=-account&from=1&n=2", "GET /api/sessions?order=&from=&n=&capture=", "GET /api/sessions?capture=1&n=0", "GET /api/sessions?capture=99&from=9",
		"GET /api/marks", "GET /api/commands", "GET /api/explain",
		"GET /api/events?secrets=1&n=10000", "GET /api/events?n=10000&from=2", "GET /api/events?scope=c/2&q=cmd:USR&n=1", "GET /api/events?scope=all&q=&from=&n=",
		"GET /api/event/1", "GET /api/event/17?secrets=1", "GET /api/event/50?max=10",
		"GET /api/stats", "GET /api/stats?kinds=timeline,numbers,hits&n=3", "GET /api/stats?scope=s/1&q=cmd:MSG&kinds=hits",
		"GET /api/compare?a=s/1000001&b=s/1000002", "GET /api/compare?a=c/1&b=c/3&align=cmd&with=trid,time&without=text&slack=50&q=dir:c2s&only=1&from=1&n=5&max=20&secrets=1",
		"GET /api/compare?a=s/1&b=s/2&qa=cmd:USR&qb=dir:s2c", "GET /api/compare?a=s/1&b=s/2&rev=1&align=shape", "GET /api/compare?a=s/1&b=s/2&find=prev&at=3",
		"GET /api/contacts?session=1", "GET /api/contacts/changes?session=1", "GET /api/contacts/changes?session=1&to=40&from=2", "GET /api/contacts/difference?session=1",
		"GET /api/chats?session=1", "GET /api/chats/7", "GET /api/chats/8?at=110&n=3", "GET /api/chats/7/find?text=hello&from=10&back=1", "GET /api/chats/7/find?text=nobody+said+that",
		"GET /api/signins/outcome?session=1,2,99&brief=1", "GET /api/invitations", "GET /api/invitations?session=1", "GET /api/files?session=1", file,
	} {
		c.call(request, "", 200)
	}
	for _, s := range c.sessions() {
		for _, path := range []string{"signins", "invitations", "contacts", "contacts/changes", "contacts/difference", "contacts/presence", "signins/outcome", "chats", "files"} {
			c.call(fmt.Sprintf("GET /api/%s?session=%d", path, s), "", 200)
		}
		var chats struct{ Chats []struct{ ID int64 } }
		json.Unmarshal(c.call(fmt.Sprintf("GET /api/chats?session=%d&at=0", s), "", 200), &chats)
		for _, chat := range chats.Chats {
			c.call(fmt.Sprintf("GET /api/chats/%d?n=512", chat.ID), "", 200)
		}
	}
	for _, f := range captures.ExportFormats() {
		c.call("GET /api/export?scope=s/1&side=server&pseudonymise=1&fmt="+f.Name, "", 200)
	}
	c.call("GET /api/export?fmt=csv&scope=c/2&q=cmd:USR&secrets=1&side=client&pseudonymise=0", "", 200)
	for _, o := range c.d.operations() {
		for _, r := range o.Responses {
			for _, content := range r.Content {
				for _, e := range content.Examples {
					if strings.HasPrefix(e.Summary, "GET ") {
						c.call(e.Summary, "", 200)
					}
				}
			}
		}
	}

	c.call("GET /api/ws", "", 400)
	for _, path := range []string{
		"event/999999999", "events?scope=s/99", "events?scope=c/99", "stats?scope=s/99", "export?fmt=csv&scope=s/99", "compare?a=s/1&b=s/99",
		"signins?session=99", "invitations?session=99", "contacts?session=99", "contacts/changes?session=99", "contacts/difference?session=99", "contacts/presence?session=99",
		"chats?session=99", "chats?session=0", "chats/99", "chats/99/find?text=x", "files?session=99", "files/1", "files/99",
	} {
		c.call("GET /api/"+path, "", 404)
	}
	for _, path := range []string{
		"openapi.json", "event.schema.json", "sessions?from=1&n=1&order=-id&capture=1", "marks", "commands", "explain", "events?scope=all&q=cmd:USR&from=1&n=1&secrets=1", "event/1?max=1&secrets=1",
		"stats?scope=s/1&q=cmd:MSG&kinds=hits&n=3", "export?fmt=csv&scope=s/1&q=cmd:MSG&pseudonymise=1&side=server&secrets=1",
		"compare?a=s/1&b=s/2&find=next&at=0", "signins?session=1", "signins/outcome?session=1&brief=1", "contacts/presence?session=1", "invitations?session=1", "contacts?session=1&at=50",
		"contacts/changes?session=1&from=1&to=9&handle=x", "contacts/difference?session=1&from=1&to=9", "chats?session=1&at=1",
		"chats/7?from=1&n=2&at=3", "chats/7/find?text=a&from=1&back=1", "files?session=1",
	} {
		c.wrong("GET /api/" + path)
	}
	c.wrong("GET /healthz")
	c.wrong(file)
}

func (c *caller) sessions() (ids []int64) {
	var answer struct{ List []struct{ ID int64 } }
	if err := json.Unmarshal(c.call("GET /api/sessions", "", 200), &answer); err != nil {
		c.t.Fatal(err)
	}
	for _, s := range answer.List {
		ids = append(ids, s.ID)
	}
	return ids
}

// marking adds something to events and sessions, and takes it away.
func (c *caller) marking() {
	for _, p := range []string{"event/20/mark", "session/1/label"} {
		c.call("PUT /api/"+p, `{"note":"mine"}`, 200)
		c.call("PUT /api/"+p, `{"note":"mine","was":"yours"}`, 409)
		c.call("PUT /api/"+p, `{"surprise":1}`, 400)
		c.call("PUT /api/"+p, `{} {}`, 400)
		c.call("PUT /api/"+p, `{"note":"`+strings.Repeat("x", 5000)+`"}`, 400)
		c.call("PUT /api/"+p, `{"note":"`+strings.Repeat("x", maxChange)+`"}`, 413)
		for _, method := range []string{"PUT", "DELETE"} {
			c.wrong(method + " /api/" + p)
			c.call(method+" /api/"+strings.NewReplacer("/20/", "/99/", "/1/", "/99/").Replace(strings.Replace(p, "event/20", "event/99999999", 1)), "{}", 404)
		}
		c.call("DELETE /api/"+p, "", 200)
	}
	c.body(`PUT /api/event/20/mark {"mark":"star","note":"here she is in"}`)
	c.body(`PUT /api/session/1/label {"label":"the first sign-in","pinned":true}`)
	c.call("GET /api/marks", "", 200)
	c.call("GET /api/sessions", "", 200)
	c.call("GET /api/event/20?max=100", "", 200)
	for _, p := range []string{"event/20/mark", "session/1/label"} {
		c.call("DELETE /api/"+p, "", 200)
	}
}

// intercepting does what can be done to commands of a client.
func (c *caller) intercepting(h *realHands, client net.Conn) {
	say := func(line string, held int) int64 {
		if _, err := io.WriteString(client, line+"\r\n"); err != nil {
			c.t.Fatal(err)
		}
		list := h.held(c.t, held)
		return list[len(list)-1].ID
	}
	c.call("GET /api/rules", "", 200)
	c.call("PUT /api/rules", `{"rules":[{"name":"all","filter":"dir:c2s","do":"hold 0","chance":1,"seed":7,"limit":9,"off":false}]}`, 200)
	c.call("PUT /api/rules?check=1", `{"rules":[{"do":"nothing"}]}`, 400)
	c.send("PUT /api/rules?check=1", "text/plain", strings.NewReader("[a]\nfilter = comand:X\n"), 400)
	c.call("PUT /api/rules", strings.Repeat(" ", maxRulesBody+1), 413)
	id := say("VER 1 MSNP7 CVR0", 1)
	held := fmt.Sprintf(" /api/hold/%d", id)
	c.call("GET /api/hold", "", 200)
	c.call("GET"+held+"?secrets=1", "", 200)
	c.call("GET /api/hold/99", "", 404)
	c.wrong("GET" + held)
	c.wrong("POST" + held)
	for _, body := range []string{`{"act":"surprise"}`, `{"surprise":1}`, `{`, `{"act":"edit","data":"?"}`} {
		c.call("POST"+held, body, 400)
	}
	c.call("POST"+held, `{"act":"edit","text":"VER 1 MSNP7\r\n","by":"me","mend":true,"before":"","after":"","fresh":false}`, 200)
	c.call("POST"+held, `{"act":"forward"}`, 409)
	var state struct{ Conns []struct{ ID int64 } }
	if err := json.Unmarshal(c.call("GET /api/hold", "", 200), &state); err != nil || len(state.Conns) != 1 {
		c.t.Fatalf("%v: %+v", err, state)
	}
	c.call("POST /api/inject", fmt.Sprintf(`{"conn":%d,"dir":"c2s","text":"PNG\r\n"}`, state.Conns[0].ID), 200)
	c.call("POST /api/inject", `{"conn":99,"dir":"c2s","text":"PNG\r\n"}`, 400)
	c.call("POST /api/inject", `{"conn":1,"dir":"up"}`, 400)
	say("INF 2", 1)
	c.call("POST /api/hold", `{"act":"forward","by":"me"}`, 200)
	c.call("POST /api/hold", `{"act":"next","filter":"cmd:USR"}`, 200)
	c.call("POST /api/hold", `{"act":"next","filter":"comand:USR"}`, 400)
	c.call("POST /api/hold", `{"act":"edit"}`, 400)
	for _, p := range []string{"POST /api/hold", "POST" + held, "POST /api/inject"} {
		c.call(p, `{"by":"`+strings.Repeat("x", maxHandBody)+`"}`, 413)
	}
	c.call("GET /api/hold", "", 200)
	c.wrong("GET /api/hold")
	c.wrong("POST /api/hold")
	c.wrong("POST /api/inject")
	c.wrong("GET /api/rules")
	c.wrong("PUT /api/rules?check=1")
	// What GET gives can be put back.
	c.call("PUT /api/rules", string(c.call("GET /api/rules", "", 200)), 200)
	c.call("PUT /api/rules", `{"rules":[]}`, 200)
}

// replaying plays a session against a practice server, and for nobody.
func (c *caller) replaying() {
	c.call("GET /api/replay", "", 200)
	c.call("DELETE /api/replay", "", 404)
	for body, status := range map[string]int{
		`{"session":1}`: 400, `{"session":1,"sesion":1}`: 400, `{"session":99,"to":"127.0.0.1"}`: 404,
		`{"session":1,"to":"127.0.0.1","filter":"comand:USR"}`:                  400,
		`{"session":1,"password":"` + strings.Repeat("x", maxReplayBody) + `"}`: 413,
	} {
		c.call("POST /api/replay", body, status)
	}
	c.call("POST /api/replay", fmt.Sprintf(`{"session":1,"to":%q,"wait_ms":50,"speed":1000,"passwords":{"a@b.c":"x"}}`, practiceServer(c.t).DispatchAddr()), 202)
	var state replayJSON
	for state.State == "" || state.State == replayPlaying || state.State == replayKeeping {
		if err := json.Unmarshal(c.call("GET /api/replay?from=1", "", 200), &state); err != nil {
			c.t.Fatal(err)
		}
	}
	if state.State != replayDone || state.Result == nil {
		c.t.Errorf("%+v", state)
	}
	c.call("POST /api/replay", `{"session":1,"listen":"127.0.0.1:0"}`, 202)
	c.call("POST /api/replay", `{"session":1,"listen":"127.0.0.1:0"}`, 409)
	c.wrong("GET /api/replay?from=0")
	c.wrong("POST /api/replay")
	c.wrong("DELETE /api/replay?keep=1")
	c.call("DELETE /api/replay", "", 204)
	c.call("DELETE /api/replay?keep=1", "", 204)
	c.call("DELETE /api/replay", "", 204)
}

// refused asks servers that cannot do it.
func (c *caller) refused(store *captures.Store) {
	dir := filepath.Dir(store.UploadDir())
	base := c.base
	defer func() { c.base = base }()
	c.base = "http://" + serve(c.t, &Server{Store: store})
	for _, request := range []string{"GET /api/hold", "POST /api/hold", "GET /api/hold/1", "POST /api/hold/1", "POST /api/inject", "GET /api/rules", "PUT /api/rules"} {
		c.call(request, "{}", 404)
	}
	recording, err := store.Record()
	if err != nil {
		c.t.Fatal(err)
	}
	defer recording.Close()
	list := store.CaptureList()
	c.call(fmt.Sprintf("DELETE /api/captures/%d", list[len(list)-1].Number), "", 409)

	read, err := captures.Open(dir, captures.Options{ReadOnly: true})
	if err != nil {
		c.t.Fatal(err)
	}
	defer read.Close()
	c.base = "http://" + serve(c.t, &Server{Store: read, ReadOnly: true, Player: practicePlayer{}})
	c.call("POST /api/import", "x", 409)
	c.call("POST /api/uploads", `{"size":1}`, 409)
	c.call("POST /api/replay", `{"session":1,"to":"127.0.0.1"}`, 409)
	c.call("PUT /api/event/1000000001/mark", `{"mark":"x"}`, 409)
	c.call("PUT /api/session/1000001/label", `{"label":"x"}`, 409)
	c.call("DELETE /api/captures/1", "", 409)
}
