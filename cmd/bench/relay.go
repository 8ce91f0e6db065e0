// This file measures relays: round trips at a fixed rate, a flood with one
// message in flight on each connection, and the CPU time both take.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// contender is a relay to be measured.
type contender struct {
	name    string
	command func(upstream, dir string) *exec.Cmd // prints the relay's address as the last word of a line with "->"
	page    bool                                 // a page follows all events

	p50, p99, cpuRate, flood, cpuFlood figures
}

func benchRelays(binary string, rounds int, seconds float64) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := func(kind string) func(string, string) *exec.Cmd {
		return func(upstream, _ string) *exec.Cmd { return exec.Command(self, "yardstick", kind, upstream) }
	}
	scope := func(upstream, dir string) *exec.Cmd {
		return exec.Command(binary, "proxy", "--upstream", upstream, "--listen", "127.0.0.1:0", "--web", "127.0.0.1:0", "--store", dir)
	}
	contenders := []*contender{
		{name: "bare io.Copy", command: child("bare")},
		{name: "with a tee to a file", command: child("tee")},
		{name: "msnscope", command: scope},
		{name: "msnscope, page on", command: scope, page: true},
	}
	echo, err := echoServer()
	if err != nil {
		return err
	}
	defer echo.Close()
	for round := range rounds {
		for _, i := range rand.Perm(len(contenders)) {
			if err := measure(contenders[i], echo.Addr().String(), seconds); err != nil {
				return fmt.Errorf("round %d, %s: %w", round+1, contenders[i].name, err)
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, rounds)
	}
	base := contenders[1]
	fmt.Printf("\n%d rounds; x is the median of same-round ratios to the tee relay\n\n", rounds)
	row := func(title string, of func(*contender) figures) {
		fmt.Println(title)
		for _, c := range contenders {
			fmt.Printf("  %-22s %-32s x %.2f\n", c.name, of(c), of(c).ratio(of(base)))
		}
	}
	row("round trip at 1000 msg/s on 16 connections, p50, microseconds", func(c *contender) figures { return c.p50 })
	row("the same, p99, microseconds", func(c *contender) figures { return c.p99 })
	row("the same, CPU seconds per 100,000 messages", func(c *contender) figures { return c.cpuRate })
	row("flood, one in flight on each of 16 connections, messages a second", func(c *contender) figures { return c.flood })
	row("the same, CPU seconds per 100,000 messages", func(c *contender) figures { return c.cpuFlood })
	return nil
}

// measure runs one relay once.
func measure(c *contender, upstream string, seconds float64) error {
	dir, err := os.MkdirTemp("", "msnscope-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := c.command(upstream, filepath.Join(dir, "store"))
	cmd.Stderr = os.Stderr
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	}()
	address, page, err := readAddresses(out)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	watched := make(chan error, 1)
	if c.page {
		go func() { watched <- watchPage(ctx, page) }()
	}
	length := time.Duration(seconds * float64(time.Second))
	before := cpuOf(cmd.Process.Pid)
	rate, err := fixedRate(address, length)
	if err != nil {
		return err
	}
	c.p50 = append(c.p50, rate.percentile(50))
	c.p99 = append(c.p99, rate.percentile(99))
	middle := cpuOf(cmd.Process.Pid)
	c.cpuRate = append(c.cpuRate, (middle-before)/float64(len(rate))*1e5)
	n, took, err := flood(address, length)
	if err != nil {
		return err
	}
	c.flood = append(c.flood, float64(n)/took.Seconds())
	c.cpuFlood = append(c.cpuFlood, (cpuOf(cmd.Process.Pid)-middle)/float64(n)*1e5)
	if c.page {
		stop()
		if err := <-watched; err != nil {
			return fmt.Errorf("page: %w", err)
		}
	}
	return nil
}

// readAddresses reads where a relay listens and, for msnscope, its page.
func readAddresses(out io.Reader) (relay, page string, err error) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 2 && words[0] == "page":
			page = words[1]
		case len(words) >= 2 && words[0] == "proxy":
			go io.Copy(io.Discard, out)
			return words[1], page, nil
		}
	}
	return "", "", errors.New("the relay did not say where it listens")
}

// cpuOf returns the CPU seconds a process has used, in ticks of 10 ms.
func cpuOf(pid int) float64 {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	var user, system float64
	fmt.Sscan(fields[11], &user)
	fmt.Sscan(fields[12], &system)
	return (user + system) / 100
}

// echoServer sends back what it gets.
func echoServer() (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := c.Read(buf)
					if n > 0 {
						if _, err := c.Write(buf[:n]); err != nil {
							return
						}
					}
					if err != nil {
						return
					}
				}
			}()
		}
	}()
	return l, nil
}
