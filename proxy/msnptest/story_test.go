// This file tests that the story can be told to its end and stopped anywhere,
// and that its script fits the notation.

package msnptest

import (
	"context"
	"testing"
	"time"
)

func TestStory(t *testing.T) {
	s := start(t, Config{Accounts: StoryAccounts(), OneDialect: true})
	story := &Story{Address: s.DispatchAddr(), Server: s, Pace: time.Microsecond, Scenes: 12, LocalIPs: []string{"127.0.0.2", "127.0.0.3"}}
	if err := story.Run(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if err := s.Drained(deadline(t)); err != nil {
		t.Fatal(err)
	}
}

func TestStoryEndsWithItsContext(t *testing.T) {
	s := start(t, Config{Accounts: StoryAccounts()})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- (&Story{Address: s.DispatchAddr(), Pace: time.Millisecond}).Run(ctx) }()
	watch := NewClient(ClientConfig{Handle: dave, Password: storyPassword})
	defer watch.Close()
	if err := watch.SignIn(ctx, s.DispatchAddr()); err != nil {
		t.Fatal(err)
	}
	if err := watch.SetStatus(ctx, "NLN"); err != nil {
		t.Fatal(err)
	}
	if err := watch.WaitStatus(ctx, alice, "NLN"); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestStoryBeginsAgain(t *testing.T) {
	s := start(t, Config{Accounts: StoryAccounts()})
	ctx, cancel := context.WithCancel(t.Context())
	story := &Story{Address: "127.0.0.1:1", Pace: time.Microsecond}
	told := 0
	story.Tell = func(string) {
		if told++; told == 3 {
			cancel()
		}
	}
	if err := story.Run(ctx); err != nil || told != 3 {
		t.Errorf("%d, %v", told, err)
	}
	s.Close()
}
