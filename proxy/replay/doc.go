// Package replay plays one side of a recorded session again: the client's part
// against a server, or the server's part for a client.
//
//	rec := replay.NewRecording()
//	err := store.Walk(ctx, captures.Scope{Session: 12}, nil, rec.Add)
//	...
//	client := replay.Client{To: "127.0.0.1:1863", Passwords: map[string]string{"alice@hotmail.com": "secret"}, Recorder: file}
//	report, err := client.Play(ctx, rec)
//
// What was said is said again as it was, byte for byte, but for what cannot be
// the same: the answer to a challenge is computed anew, and cookies, session
// ids and addresses are those that the other side has given this time.
//
// A command is said when all has come that had come before it: so a replay is
// as quick as the other side, and keeps the order of cause and effect over all
// connections of the session. What passes is recorded, and can be compared with
// the recording: see package captures/compare.
package replay
