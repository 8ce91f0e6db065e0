// Command msnscope sits between MSN Messenger clients and servers, records
// what they say, explains it, and does the same for captures made elsewhere.
//
// This file holds the table of subcommands and what is common to them: exit
// status, usage, signals.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// env is the outside world of one run of the program, so that a run can be
// made inside a test.
type env struct {
	name   string // of the subcommand: its messages begin with it
	ctx    context.Context
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	getenv func(string) string
	// check has proxy only look for mistakes in its flags.
	check bool
}

// command is one subcommand.
type command struct {
	name  string
	args  string // what follows the flags, for the usage line
	short string // what it is for, in one line
	// define adds the command's flags and returns what runs it.
	define func(*pflag.FlagSet) func(e *env, args []string) error
}

// commands in the order of `msnscope help`. A function, so that the table may
// name what refers to it.
func commands() []command {
	return []command{
		{"proxy", "", "live proxy and page: sit between clients and a server", defineProxy},
		{"open", "FILE...", "look at captures in the browser, nothing to set up", defineOpen},
		{"import", "[FILE|-]...", "add captures to a store", defineImport},
		{"web", "", "the page over a store", defineWeb},
		{"decode", "[FILE|-]...", "commands as JSON Lines, no store", defineDecode},
		{"sessions", "", "list the sessions of a store", defineSessions},
		{"show", "SESSION|CONNECTION", "transcript of a session (12) or connection (c31)", defineShow},
		{"contacts", "SESSION", "a session's contact list as it was at an event, or how it changed", defineContacts},
		{"check", "[SESSION|CONNECTION]", "where connections break the rules of the protocol, and sign-ins got stuck", defineCheck},
		{"files", "[SESSION|CONNECTION]", "the files that were transferred; --save DIR keeps them", defineFiles},
		{"invitations", "[SESSION|CONNECTION]", "what people offered each other: files, talks, games; and what became of it", defineInvitations},
		{"diff", "A B", "where two captures, sessions (12) or connections (c31) differ; exit status 0 equal, 1 different, 2 trouble", defineDiff},
		{"grep", "FILTER", "matching events of a store", defineGrep},
		{"replay", "SESSION|FILE", "play the client's or the servers' part of a session again; exit status as diff", defineReplay},
		{"export", "", "events of a store in another form: jsonl, pcapng, csv, chat, html, a transcript, a program", defineExport},
		{"demo", "", "practice server, scripted clients, proxy and page: all to look at in ten seconds", defineDemo},
		{"config", "check [FILE]", "check a configuration file", defineConfig},
		{"version", "", "print the version", defineVersion},
	}
}

// usageError is a mistake in how the program was called: exit status 2.
type usageError struct{ text string }

func (u usageError) Error() string { return u.text }

// status is an exit status of a command's own, with a message or without.
type status struct {
	code int
	err  error
}

func (s status) Error() string {
	if s.err == nil {
		return ""
	}
	return s.err.Error()
}

func (s status) Unwrap() error { return s.err }

func usagef(format string, a ...any) error { return usageError{fmt.Sprintf(format, a...)} }

func main() {
	os.Exit(realMain())
}

// realMain runs the program with the process's own surroundings.
func realMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(&env{ctx: ctx, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}, os.Args[1:])
}

// run runs one subcommand and returns the exit status.
func run(e *env, args []string) int {
	if len(args) == 0 {
		usage(e.stderr)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "--help":
		if len(args) == 2 && args[0] == "help" && !strings.HasPrefix(args[1], "-") { // help grep
			return run(e, []string{args[1], "--help"})
		}
		usage(e.stdout)
		return exitOK
	case "--version":
		args = []string{"version"}
	}
	for _, c := range commands() {
		if c.name == args[0] {
			e.name = c.name
			return report(e, c, runCommand(e, c, args[1:]))
		}
	}
	fmt.Fprintf(e.stderr, "msnscope: no command %q\n\n", args[0])
	usage(e.stderr)
	return exitUsage
}

func runCommand(e *env, c command, args []string) error {
	fs := pflag.NewFlagSet("msnscope "+c.name, pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.SortFlags = false
	do := c.define(fs)
	config := fs.String("config", "", "read flags from this `FILE`, lines of name = value")
	fs.Usage = func() {}
	if err := fs.Parse(args); err != nil {
		if filter := negated(args); filter != "" && c.name == "grep" {
			return usagef("a filter that begins with - goes behind --: msnscope grep -- '%s'", filter)
		}
		if errors.Is(err, pflag.ErrHelp) {
			commandUsage(e.stdout, c, fs)
			return nil
		}
		return usageError{err.Error()}
	}
	if err := fillFlags(fs, *config, e.getenv); err != nil {
		return err
	}
	return do(e, fs.Args())
}

// negated returns the first argument that is a filter which begins with -, and
// so was read as flags: -has:note as -h. "" if there is none.
func negated(args []string) string {
	for _, a := range args {
		if a == "--" {
			break
		}
		if len(a) > 1 && a[0] == '-' && a[1] != '-' && strings.ContainsAny(a, ":~<>(") {
			return a
		}
	}
	return ""
}

// report turns what a command returned into an exit status and a message.
func report(e *env, c command, err error) int {
	var wrong usageError
	var own status
	failed := exitFailed
	if errors.As(err, &own) {
		failed = own.code
	}
	switch {
	case err == nil:
		return exitOK
	case own.code != 0 && own.err == nil:
		return failed
	case errors.As(err, &wrong):
		fmt.Fprintf(e.stderr, "msnscope %s: %v\nTry 'msnscope %s --help'.\n", c.name, err, c.name)
		return exitUsage
	case errors.Is(err, context.Canceled) && e.ctx.Err() != nil:
		fmt.Fprintf(e.stderr, "msnscope %s: interrupted\n", c.name)
		return failed
	case errors.Is(err, syscall.EPIPE): // the reader of our output has gone: `msnscope decode F | head`
		return exitOK
	}
	fmt.Fprintf(e.stderr, "msnscope %s: %v\n", c.name, err)
	return failed
}

func usage(w io.Writer) {
	fmt.Fprint(w, "msnscope: a logging proxy and traffic inspector for MSN Messenger (MSNP7)\n\nUsage: msnscope COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-11s %s\n", c.name, c.short)
	}
	fmt.Fprint(w, `
'msnscope COMMAND --help' lists the flags of a command. Every flag may also come
from the environment (--listen as MSNSCOPE_LISTEN) or from a file (--config).
`)
}

func commandUsage(w io.Writer, c command, fs *pflag.FlagSet) {
	line := strings.TrimRight(fmt.Sprintf("msnscope %s [flags] %s", c.name, c.args), " ")
	fmt.Fprintf(w, "%s\n\nUsage: %s\n\n%s", c.short, line, fs.FlagUsages())
}
