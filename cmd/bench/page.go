// This file is a page without a picture: it follows all events as a browser
// does, so that a relay is measured with somebody watching.

package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"

	"github.com/gorilla/websocket"
)

// openPage opens the page's connection.
func openPage(ctx context.Context, address string) (*websocket.Conn, error) {
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Authorization": {"Bearer " + at.Query().Get("token")}, "Origin": {at.Scheme + "://" + at.Host}}
	jar, _ := cookiejar.New(nil)
	dialer := websocket.Dialer{Jar: jar}
	c, _, err := dialer.DialContext(ctx, "ws://"+at.Host+"/api/ws", header)
	if err != nil {
		return nil, err
	}
	return c, c.WriteMessage(websocket.TextMessage, []byte(`{"op":"hello","v":1,"app":"","boot":""}`))
}

// watchPage opens the page and reads what it is sent until ctx is done.
func watchPage(ctx context.Context, address string) error {
	c, err := openPage(ctx, address)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, op := range []string{
		`{"op":"sub","view":1,"epoch":1,"scope":"all","q":""}`,
		`{"op":"tail","view":1,"n":30}`,
	} {
		if err := c.WriteMessage(websocket.TextMessage, []byte(op)); err != nil {
			return err
		}
	}
	ended := make(chan error, 1)
	go func() {
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				ended <- err
				return
			}
		}
	}()
	select {
	case err := <-ended:
		return errors.Join(errors.New("closed by the server"), err)
	case <-ctx.Done():
		return nil
	}
}
